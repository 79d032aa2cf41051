/** The primitives of the window; the look is in styles/components.css. */
export { Banner, FindingBanner } from './Banner';
export { Button, IconButton, type ButtonProps } from './Button';
export { Checkbox, Segments, Switch, Tabs, type Choice } from './controls';
export { DiffView } from './DiffView';
export { FieldMessage, PasswordField, SearchField, TextField, type TextFieldProps } from './Field';
export { Glyph, Icon } from './Icon';
export { Dialog, Sheet } from './overlays';
export { PlanSide, PlanSteps, PlanView, type StepProgress } from './PlanView';
export { EmptyState, ErrorBox, ProgressBar, Spinner, Waiting } from './states';
export { Status, StatusStack } from './Status';
export { type GlyphName, type IconName } from './sprite';
export { Foreign, visible } from './text';
export { RelativeTime, absolute, age, clock, day, dayMonth, duration, useNow } from './time';
export { ToastProvider, useToasts, type ToastFacts } from './Toasts';
export { Tooltip } from './Tooltip';
export { MenuButton, type MenuEntry } from './MenuButton';
export { PAGE, usePaged, type Paged } from './paged';
export { WindowedGrid, type Section } from './WindowedGrid';
