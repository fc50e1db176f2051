/* Stands in for NVML in tests: two GPUs with the signatures of nvml.h. The second is sliced (MIG). */
#include <stdint.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>
#include <stdlib.h>
typedef struct { int index; } dev; static dev gpus[2] = {{0},{1}}; static dev mig = {2};
typedef struct { char busIdLegacy[16]; uint32_t domain, bus, device, pciDeviceId, pciSubSystemId; char busId[32]; } pci_t;
typedef struct { uint64_t total, free, used; } mem_t; typedef struct { uint32_t gpu, memory; } util_t;
typedef struct { uint32_t fieldId, scopeId; int64_t timestamp, latencyUsec; uint32_t valueType, nvmlReturn; union { double d; uint32_t ui; uint64_t ull; } value; } field_t;
typedef struct { dev *device; uint64_t eventType, eventData; uint32_t gi, ci; } event_t;
static int hangs(void) { return access("/tmp/gpushield-stub-nvml-hang", F_OK) == 0; }
int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char *v, unsigned n) { snprintf(v, n, "570.86.10"); return 0; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, dev **d) { if (i > 1) return 2; *d = &gpus[i]; return 0; }
int nvmlDeviceGetUUID(dev *d, char *v, unsigned n) {
  if (d->index == 2) snprintf(v, n, "MIG-aaaaaaaa-0000-0000-0000-000000000001");
  else snprintf(v, n, "GPU-00000000-0000-0000-0000-00000000000%d", d->index); return 0; }
int nvmlDeviceGetName(dev *d, char *v, unsigned n) { snprintf(v, n, d->index == 2 ? "NVIDIA H100 MIG 1g.10gb" : "NVIDIA H100 80GB HBM3"); return 0; }
int nvmlDeviceGetPciInfo_v3(dev *d, pci_t *p) { memset(p, 0, sizeof *p); p->bus = 0x3b + d->index; snprintf(p->busId, 32, "00000000:%02X:00.0", p->bus); return 0; }
int nvmlDeviceGetVbiosVersion(dev *d, char *v, unsigned n) { (void)d; snprintf(v, n, "96.00.89.00.01"); return 0; }
int nvmlDeviceGetCudaComputeCapability(dev *d, int *a, int *b) { (void)d; *a = 9; *b = 0; return 0; }
int nvmlDeviceGetMemoryInfo(dev *d, mem_t *m) { m->total = d->index == 2 ? 10737418240ull : 85899345920ull; m->used = 1073741824ull; m->free = m->total - m->used; return 0; }
int nvmlDeviceGetUtilizationRates(dev *d, util_t *u) { if (hangs()) sleep(60); if (d->index == 1) return 3; u->gpu = 97; u->memory = 45; return 0; }
int nvmlDeviceGetTemperature(dev *d, int s, unsigned *t) { (void)d; if (s != 0) return 2; *t = 64; return 0; }
int nvmlDeviceGetPowerUsage(dev *d, unsigned *p) { (void)d; *p = 612430; return 0; }
int nvmlDeviceGetEnforcedPowerLimit(dev *d, unsigned *p) { (void)d; *p = 700000; return 0; }
int nvmlDeviceGetTotalEnergyConsumption(dev *d, uint64_t *e) { (void)d; *e = 9007199254740993ull; return 0; }
int nvmlDeviceGetClockInfo(dev *d, int k, unsigned *c) { (void)d; *c = k == 1 ? 1980 : 2619; return 0; }
int nvmlDeviceGetFanSpeed(dev *d, unsigned *f) { (void)d; (void)f; return 3; }
int nvmlDeviceGetPcieThroughput(dev *d, int k, unsigned *v) { (void)d; *v = k == 0 ? 1000 : 2000; return 0; }
int nvmlDeviceGetPcieReplayCounter(dev *d, unsigned *v) { (void)d; *v = 3; return 0; }
int nvmlDeviceGetCurrentClocksThrottleReasons(dev *d, uint64_t *r) { (void)d; *r = 0x4; return 0; }
int nvmlDeviceGetEccMode(dev *d, unsigned *a, unsigned *b) { (void)d; *a = 1; *b = 1; return 0; }
int nvmlDeviceGetTotalEccErrors(dev *d, int kind, int counter, uint64_t *n) { (void)d; if (counter != 0) return 2; *n = kind == 0 ? 12 : 1; return 0; }
int nvmlDeviceGetRemappedRows(dev *d, unsigned *a, unsigned *b, unsigned *c, unsigned *e) { (void)d; *a = 2; *b = 1; *c = 1; *e = 0; return 0; }
int nvmlDeviceGetMigMode(dev *d, unsigned *a, unsigned *b) { *a = *b = d->index == 1; return 0; }
int nvmlDeviceGetMaxMigDeviceCount(dev *d, unsigned *n) { (void)d; *n = 7; return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(dev *d, unsigned i, dev **m) { if (d->index != 1 || i != 0) return 6; *m = &mig; return 0; }
int nvmlDeviceGetFieldValues(dev *d, int n, field_t *f) { (void)d; static uint64_t traffic = 0; traffic += 1024;
  for (int i = 0; i < n; i++) { f[i].nvmlReturn = 0;
    if (f[i].fieldId == 82) { f[i].valueType = 1; f[i].value.ui = 71; }
    else if (f[i].scopeId == 0xffffffffu) { f[i].valueType = 3; f[i].value.ull = traffic; }
    else f[i].nvmlReturn = 3; } return 0; }
int nvmlDeviceGetComputeRunningProcesses_v3(dev *d, unsigned *n, void *p) { (void)p; if (*n < 4) { *n = 4; return 7; } *n = d->index == 0 ? 4 : 0; return 0; }
int nvmlEventSetCreate(void **s) { static int set; *s = &set; return 0; }
int nvmlDeviceRegisterEvents(dev *d, uint64_t types, void *s) { (void)s; return d->index < 2 && types == 8 ? 0 : 3; }
int nvmlEventSetWait_v2(void *s, event_t *e, unsigned ms) { (void)s; static int told = 0;
  if (told++) { usleep(ms * 1000); return 10; } e->device = &gpus[1]; e->eventType = 8; e->eventData = 79; return 0; }
int nvmlGpmQueryDeviceSupport(dev *d, uint32_t *q) { if (q[0] != 1) return 2; q[1] = d->index == 0; return 0; }
int nvmlGpmSampleAlloc(void **s) { *s = calloc(1, 8); return 0; }
int nvmlGpmSampleGet(dev *d, uint64_t *s) { (void)d; static uint64_t n = 0; *s = ++n; return 0; }
typedef struct { uint32_t id, ret; double value; void *a, *b, *c; } metric_t;
typedef struct { uint32_t version, count; uint64_t *one, *two; metric_t m[4]; } get_t;
int nvmlGpmMetricsGet(get_t *g) { if (g->version != 1 || *g->two <= *g->one) return 2;
  for (uint32_t i = 0; i < g->count; i++) { g->m[i].ret = 0; g->m[i].value = g->m[i].id; } return 0; }
