/** Types into a job's terminal until its output shows what was waited for; answers what it showed. */
export const inTerminal = (
  url: string,
  token: string,
  jobId: string,
  typed: string,
  shown: RegExp,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const address = `${url.replace('http', 'ws')}/v1/jobs/${jobId}/terminal?cols=100&rows=30`;
    const socket = new WebSocket(address, ['gpushield.terminal', `gpushield.bearer.${token}`]);
    socket.binaryType = 'arraybuffer';
    let output = '';
    const timer = setTimeout(() => reject(new Error(`The terminal showed ${output}`)), 30_000);
    socket.onopen = () => socket.send(new TextEncoder().encode(typed));
    socket.onmessage = ({ data }: MessageEvent) => {
      output += data instanceof ArrayBuffer ? new TextDecoder().decode(data) : String(data);
      if (!shown.test(output)) return;
      clearTimeout(timer);
      socket.close();
      resolve(output);
    };
    socket.onclose = ({ code, reason }) => {
      output += `[closed ${code} ${reason}]`;
    };
    socket.onerror = () => reject(new Error('The terminal could not be opened'));
  });
