export interface Paths {
  readonly pods: string;
  readonly services: string;
  readonly secrets: string;
  readonly policies: string;
}

/** Where the objects of jobs are. */
export const pathsIn = (namespace: string): Paths => ({
  pods: `/api/v1/namespaces/${namespace}/pods`,
  services: `/api/v1/namespaces/${namespace}/services`,
  secrets: `/api/v1/namespaces/${namespace}/secrets`,
  policies: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
});
