/* Stands in for ROCm SMI in tests: one MI300X with the signatures of rocm_smi.h. */
#include <stdint.h>
#include <stdio.h>
typedef struct { uint64_t correctable_err, uncorrectable_err; } ecc_t;
int rsmi_init(uint64_t f) { return f == 0 ? 0 : 1; }
int rsmi_shut_down(void) { return 0; }
int rsmi_num_monitor_devices(uint32_t *n) { *n = 1; return 0; }
int rsmi_dev_unique_id_get(uint32_t i, uint64_t *v) { (void)i; *v = 0xfb2c6d8e9fa01234ull; return 0; }
int rsmi_dev_name_get(uint32_t i, char *v, size_t n) { (void)i; snprintf(v, n, "AMD Instinct MI300X OAM"); return 0; }
int rsmi_dev_vbios_version_get(uint32_t i, char *v, uint32_t n) { (void)i; snprintf(v, n, "113-M3000100-102"); return 0; }
int rsmi_dev_pci_id_get(uint32_t i, uint64_t *v) { (void)i; *v = (1ull << 32) | (0xc5 << 8); return 0; }
int rsmi_dev_busy_percent_get(uint32_t i, uint32_t *v) { (void)i; *v = 88; return 0; }
int rsmi_dev_memory_busy_percent_get(uint32_t i, uint32_t *v) { (void)i; *v = 41; return 0; }
int rsmi_dev_memory_total_get(uint32_t i, int t, uint64_t *v) { (void)i; *v = 206141652992ull; return t; }
int rsmi_dev_memory_usage_get(uint32_t i, int t, uint64_t *v) { (void)i; *v = 1048576ull; return t; }
int rsmi_dev_temp_metric_get(uint32_t i, uint32_t s, int m, int64_t *v) { (void)i; (void)m; if (s == 0) return 2; *v = s == 1 ? 51000 : 47000; return 0; }
int rsmi_dev_current_socket_power_get(uint32_t i, uint64_t *v) { (void)i; *v = 640000000ull; return 0; }
int rsmi_dev_power_cap_get(uint32_t i, uint32_t s, uint64_t *v) { (void)i; (void)s; *v = 750000000ull; return 0; }
int rsmi_dev_energy_count_get(uint32_t i, uint64_t *c, float *r, uint64_t *t) { (void)i; *c = 1000000; *r = 15.25f; *t = 1; return 0; }
int rsmi_dev_pci_replay_counter_get(uint32_t i, uint64_t *v) { (void)i; *v = 2; return 0; }
int rsmi_dev_ecc_count_get(uint32_t i, int b, ecc_t *e) { (void)i; if (b != 1) return 2; e->correctable_err = 7; e->uncorrectable_err = 1; return 0; }
int rsmi_dev_ecc_enabled_get(uint32_t i, uint64_t *m) { (void)i; *m = 0x1; return 0; }
