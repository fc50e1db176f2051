import { describeApi } from '../sdk/document.ts';
import { operationsOf } from '../sdk/operations.ts';
import { renderPython } from '../sdk/python.ts';
import { renderTypeScript } from '../sdk/typescript.ts';

/** The generated halves of both SDKs. */
export const renderTypeScriptSdk = async (): Promise<string> =>
  renderTypeScript(operationsOf(await describeApi()));
export const renderPythonSdk = async (): Promise<string> => renderPython(operationsOf(await describeApi()));
