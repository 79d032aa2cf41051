import { Component, type ReactNode } from 'react';

/** A fault of the window itself: says so in place of an empty page, with the words to report. Nothing on disk depends on it. */
export class FaultBoundary extends Component<{ children: ReactNode }, { fault: Error | null }> {
  override state: { fault: Error | null } = { fault: null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override render() {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    return (
      <main className="center-page">
        <div className="center-card" role="alert" data-testid="fault">
          <h1 className="center-title">The window hit a fault</h1>
          <p className="muted">What was written to this Sanctum stands; only the window stopped drawing. Show it again, and report these words if it comes back.</p>
          <pre className="code fault-words">{fault.stack ?? fault.message}</pre>
          <button type="button" className="btn btn-primary btn-l" onClick={() => location.reload()}>Show the window again</button>
        </div>
      </main>
    );
  }
}
