import type { ReactNode } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { useMe } from './data/use-me.ts';
import { useAlertStream } from './data/use-alert-stream.ts';
import { AccessPage } from './pages/access.tsx';
import { AlertPage } from './pages/alert.tsx';
import { AlertsPage } from './pages/alerts.tsx';
import { AuditPage } from './pages/audit.tsx';
import { DevicePage } from './pages/device.tsx';
import { FleetPage } from './pages/fleet.tsx';
import { JobPage } from './pages/job.tsx';
import { JobsPage } from './pages/jobs.tsx';
import { LoginPage } from './pages/login.tsx';
import { ModelsPage } from './pages/models.tsx';
import { NodePage } from './pages/node.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { ProcessPage } from './pages/process.tsx';
import { ProcessesPage } from './pages/processes.tsx';
import { WebhooksPage } from './pages/webhooks.tsx';
import { useSession, useSignedIn } from './session/session-context.tsx';

const places = [
  { href: '/', label: 'Overview', scopes: ['self'] },
  { href: '/alerts', label: 'Alerts', scopes: ['alerts:read'] },
  { href: '/fleet', label: 'Fleet', scopes: ['nodes:read'] },
  { href: '/processes', label: 'Processes', scopes: ['scores:read'] },
  { href: '/jobs', label: 'Jobs', scopes: ['jobs:read', 'jobs:read:own'] },
  { href: '/models', label: 'Models', scopes: ['models:read', 'llm:generate'] },
  { href: '/webhooks', label: 'Webhooks', scopes: ['webhooks:read'] },
  { href: '/access', label: 'Access', scopes: ['users:read', 'keys:own'] },
  { href: '/audit', label: 'Audit', scopes: ['audit:read'] },
] as const;

const Place = ({ href, children }: { href: string; children: ReactNode }) => {
  const [path] = useLocation();
  const isHere = href === '/' ? path === '/' : path.startsWith(href);
  return (
    <Link href={href} aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  );
};

const Side = () => {
  const session = useSession();
  const [, go] = useLocation();
  const { me, may } = useMe();
  // The next person may not see the page of this one.
  const signOut = (): void => {
    go('/');
    void session.signOut();
  };
  return (
    <nav aria-label="Places">
      <div className="brand">
        <img src="/console/favicon.svg" alt="" width="28" height="28" />
        GPUShield
      </div>
      {places
        .filter(({ scopes }) => may(...scopes))
        .map(({ href, label }) => (
          <Place key={href} href={href}>
            {label}
          </Place>
        ))}
      <div className="who">
        <span>{me?.username ?? me?.id}</span>
        <span className="quiet">{me?.roles.join(', ')}</span>
        <a href="/docs">API documentation</a>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </div>
    </nav>
  );
};

const Pages = () => (
  <Switch>
    <Route path="/" component={OverviewPage} />
    <Route path="/alerts" component={AlertsPage} />
    <Route path="/alerts/:id">{({ id }) => <AlertPage id={id} />}</Route>
    <Route path="/fleet" component={FleetPage} />
    <Route path="/fleet/:id">{({ id }) => <NodePage id={id} />}</Route>
    <Route path="/processes" component={ProcessesPage} />
    <Route path="/processes/:id">{({ id }) => <ProcessPage id={id} />}</Route>
    <Route path="/jobs" component={JobsPage} />
    <Route path="/jobs/:id">{({ id }) => <JobPage id={id} />}</Route>
    <Route path="/models" component={ModelsPage} />
    <Route path="/webhooks" component={WebhooksPage} />
    <Route path="/access" component={AccessPage} />
    <Route path="/audit" component={AuditPage} />
    <Route path="/device" component={DevicePage} />
    <Route>
      <h1>There is nothing here</h1>
      <Link href="/">To the overview</Link>
    </Route>
  </Switch>
);

const SignedIn = () => {
  const { may } = useMe();
  useAlertStream(may('alerts:read'));
  return (
    <div className="frame">
      <Side />
      <main>
        <Pages />
      </main>
    </div>
  );
};

/** The console: a login, or its pages. */
export const Shell = () => <Router base="/console">{useSignedIn() ? <SignedIn /> : <LoginPage />}</Router>;
