import '../styles/tokens.css';
import '../styles/components.css';
import '../styles/app.css';
