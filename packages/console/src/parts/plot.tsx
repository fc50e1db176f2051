import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Output } from '../data/use-operation.ts';

type Series = Output<'readTelemetrySeries'>['series'][number];

const colours = ['#2f6df6', '#e5484d', '#30a46c', '#f5a524', '#8e4ec6', '#12a594', '#d6409f', '#5b5bd6'];
const height = 180;

/** The columns of a plot: times in seconds, then one column of means for each series; null where there is no value. */
export const columnsOf = (series: readonly Pick<Series, 'points'>[]): UPlot.AlignedData => {
  const times = [
    ...new Set(series.flatMap(({ points }) => points.map(({ at }) => Date.parse(at) / 1000))),
  ].sort((one, other) => one - other);
  const columns = series.map(({ points }) => {
    const means = new Map(points.map(({ at, mean }) => [Date.parse(at) / 1000, mean]));
    return times.map((time) => means.get(time) ?? null);
  });
  return [times, ...columns];
};

const optionsOf = (
  series: readonly Series[],
  width: number,
  nameOf: (gpuId: string) => string,
): UPlot.Options => {
  const text = getComputedStyle(document.body).color;
  const axis = { stroke: text, grid: { stroke: '#8884', width: 1 }, ticks: { stroke: '#8884', width: 1 } };
  return {
    width,
    height,
    legend: { show: series.length <= 8 },
    series: [
      {},
      ...series.map(({ gpu_id: id }, place) => ({
        label: nameOf(id),
        stroke: colours[place % colours.length] ?? text,
        width: 1.5,
        points: { show: false },
      })),
    ],
    axes: [axis, { ...axis, size: 60 }],
  };
};

/** One metric of several GPUs over time. */
export const Plot = ({
  series,
  nameOf,
}: {
  series: readonly Series[];
  nameOf: (gpuId: string) => string;
}) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const plot = new UPlot(optionsOf(series, current.clientWidth, nameOf), columnsOf(series), current);
    const observer = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }));
    observer.observe(current);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [series, nameOf]);
  return <div ref={place} className="plot" />;
};
