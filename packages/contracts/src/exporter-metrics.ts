import type { KnownMetric } from './telemetry.ts';

/** How a foreign metric becomes one of the vocabulary: the value times `scale`. */
export interface ForeignMetric {
  readonly metric: KnownMetric;
  readonly scale: number;
  /** Labels that a series must carry with one of these values to be this metric. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
}

const mebibyte = 1 / 1_048_576;
const megabyte = 1e6 / 1_048_576;
const to = (metric: KnownMetric, scale = 1): readonly ForeignMetric[] => [{ metric, scale }];

/**
 * Names of NVIDIA's dcgm-exporter (DCGM field names), AMD's device-metrics-exporter and Intel's XPU Manager exporter,
 * and what they are here. Names are compared in lower case. Sources: the exporters' published lists of metrics.
 */
export const exporterMetrics: Readonly<Record<string, readonly ForeignMetric[]>> = {
  // dcgm-exporter: percent, MiB, W, mJ, MHz; bytes a second for profiling counters.
  dcgm_fi_dev_gpu_util: to('gpu_utilization'),
  dcgm_fi_prof_gr_engine_active: to('gpu_utilization', 100),
  dcgm_fi_dev_mem_copy_util: to('memory_utilization'),
  dcgm_fi_dev_fb_used: to('memory_used'),
  dcgm_fi_dev_fb_total: to('memory_total'),
  dcgm_fi_dev_gpu_temp: to('temperature'),
  dcgm_fi_dev_memory_temp: to('memory_temperature'),
  dcgm_fi_dev_power_usage: to('power_usage'),
  dcgm_fi_dev_power_mgmt_limit: to('power_limit'),
  dcgm_fi_dev_total_energy_consumption: to('energy_consumption', 1e-3),
  dcgm_fi_dev_sm_clock: to('sm_clock'),
  dcgm_fi_dev_mem_clock: to('memory_clock'),
  dcgm_fi_dev_fan_speed: to('fan_speed'),
  dcgm_fi_prof_dram_active: to('memory_bandwidth_utilization', 100),
  dcgm_fi_prof_pipe_tensor_active: to('tensor_utilization', 100),
  dcgm_fi_prof_pcie_tx_bytes: to('pcie_tx'),
  dcgm_fi_prof_pcie_rx_bytes: to('pcie_rx'),
  dcgm_fi_prof_nvlink_tx_bytes: to('nvlink_tx'),
  dcgm_fi_prof_nvlink_rx_bytes: to('nvlink_rx'),
  dcgm_fi_dev_pcie_replay_counter: to('pcie_replays'),
  dcgm_fi_dev_ecc_sbe_vol_total: to('ecc_corrected'),
  dcgm_fi_dev_ecc_dbe_vol_total: to('ecc_uncorrected'),
  dcgm_fi_dev_ecc_current: to('ecc_enabled'),
  dcgm_fi_dev_correctable_remapped_rows: to('rows_remapped_correctable'),
  dcgm_fi_dev_uncorrectable_remapped_rows: to('rows_remapped_uncorrectable'),
  dcgm_fi_dev_row_remap_failure: to('row_remap_failure'),
  dcgm_fi_dev_row_remap_pending: to('row_remap_pending'),
  // AMD's device-metrics-exporter: percent, MB, W, µJ, MHz.
  gpu_gfx_activity: to('gpu_utilization'),
  gpu_umc_activity: to('memory_bandwidth_utilization'),
  gpu_used_vram: to('memory_used', megabyte),
  gpu_total_vram: to('memory_total', megabyte),
  gpu_edge_temperature: to('temperature'),
  gpu_junction_temperature: to('temperature'),
  gpu_memory_temperature: to('memory_temperature'),
  gpu_package_power: to('power_usage'),
  gpu_average_package_power: to('power_usage'),
  gpu_energy_consumed: to('energy_consumption', 1e-6),
  gpu_clock: [
    { metric: 'sm_clock', scale: 1, where: { clock_type: ['system', 'gfx', 'GPU_CLOCK_TYPE_SYSTEM'] } },
    { metric: 'memory_clock', scale: 1, where: { clock_type: ['memory', 'mem', 'GPU_CLOCK_TYPE_MEMORY'] } },
  ],
  gpu_ecc_correct_total: to('ecc_corrected'),
  gpu_ecc_uncorrect_total: to('ecc_uncorrected'),
  pcie_replay_count: to('pcie_replays'),
  // Intel XPU Manager's exporter: ratios, bytes, W, J, MHz.
  xpum_engine_ratio: to('gpu_utilization', 100),
  xpum_memory_used_bytes: to('memory_used', mebibyte),
  xpum_memory_ratio: to('memory_utilization', 100),
  xpum_memory_bandwidth_ratio: to('memory_bandwidth_utilization', 100),
  xpum_power_watts: to('power_usage'),
  xpum_energy_joules: to('energy_consumption'),
  xpum_frequency_mhz: [
    { metric: 'sm_clock', scale: 1, where: { location: ['gpu'], type: ['actual'] } },
    { metric: 'memory_clock', scale: 1, where: { location: ['memory'], type: ['actual'] } },
  ],
  xpum_temperature_celsius: [
    { metric: 'temperature', scale: 1, where: { location: ['gpu'] } },
    { metric: 'memory_temperature', scale: 1, where: { location: ['memory'] } },
  ],
};

/**
 * Whether the labels speak of a MIG slice: those report beside their GPU and with its UUID, and only series of the whole
 * GPU are its readings. Label names in whichever case exporters and Collectors have them.
 */
export const isGpuSlice = (labels: ReadonlyMap<string, string>): boolean =>
  (labels.get('GPU_I_ID') ?? labels.get('gpu_i_id') ?? '') !== '';
