/* Stands in for Level Zero Sysman in tests: one Max 1550 with the structs of zes_api.h. */
#include <stdint.h>
#include <string.h>
#include <stdio.h>
typedef struct { uint32_t stype; void *pNext; uint32_t type, vendorId, deviceId, flags, subdeviceId, coreClockRate; uint64_t maxMemAllocSize;
  uint32_t a, b, c, d, e, f, g; uint64_t timer; uint32_t h, i; uint8_t uuid[16]; char name[256]; } core_t;
typedef struct { uint32_t stype; void *pNext; core_t core; uint32_t n; char serial[64], board[64], brand[64], model[64], vendor[64], driver[64]; } props_t;
typedef struct { int32_t gen, width; int64_t max; } speed_t;
typedef struct { uint32_t stype; void *pNext; struct { uint32_t domain, bus, device, function; } address; speed_t max; uint8_t x, y, z; } pci_t;
typedef struct { uint64_t timestamp, replay, packet, rx, tx; speed_t speed; } pcistats_t;
typedef struct { uint32_t stype; void *pNext; uint32_t health; uint64_t free, size; } mem_t;
typedef struct { uint64_t read, write, max, timestamp; } bw_t;
typedef struct { uint64_t energy, timestamp; } energy_t;
typedef struct { uint64_t active, timestamp; } act_t;
typedef struct { uint32_t stype; void *pNext; uint32_t kind; } kind_t;
typedef struct { uint32_t stype; void *pNext; double voltage, request, tdp, efficient, actual; uint32_t throttle; } freq_t;
typedef struct { uint32_t stype; void *pNext; uint64_t category[7]; } ras_t;
static int things[32]; static uint64_t now = 0;
static int some(uint32_t *n, void **h, int first, uint32_t count) { if (h) for (uint32_t i = 0; i < *n && i < count; i++) h[i] = &things[first + i]; *n = count; return 0; }
int zesInit(uint32_t f) { return (int)f; }
int zesDriverGet(uint32_t *n, void **h) { return some(n, h, 0, 1); }
int zesDeviceGet(void *d, uint32_t *n, void **h) { return d == &things[0] ? some(n, h, 1, 1) : 1; }
int zesDeviceGetProperties(void *d, props_t *p) { (void)d; if (p->stype != 1) return 1; p->core.type = 1; snprintf(p->core.name, 256, "Intel(R) Data Center GPU Max 1550"); snprintf(p->driver, 64, "unknown"); snprintf(p->model, 64, "Ponte Vecchio"); return 0; }
int zesDevicePciGetProperties(void *d, pci_t *p) { (void)d; if (p->stype != 2) return 1; p->address.domain = 0; p->address.bus = 0x4d; p->address.device = 0; p->address.function = 0; return 0; }
int zesDevicePciGetStats(void *d, pcistats_t *s) { (void)d; now += 1000000; s->timestamp = now; s->rx = now * 2; s->tx = now; s->replay = 5; return 0; }
int zesDeviceEnumMemoryModules(void *d, uint32_t *n, void **h) { (void)d; return some(n, h, 2, 2); }
int zesMemoryGetState(void *m, mem_t *s) { (void)m; if (s->stype != 0x1e) return 1; s->size = 68719476736ull; s->free = 68719476736ull - 1073741824ull; return 0; }
int zesMemoryGetBandwidth(void *m, bw_t *b) { (void)m; static uint64_t t = 0; t += 1000000; b->timestamp = t; b->read = t * 600000; b->write = t * 200000; b->max = 1600000000000ull; return 0; }
int zesDeviceEnumPowerDomains(void *d, uint32_t *n, void **h) { (void)d; return some(n, h, 5, 1); }
int zesPowerGetEnergyCounter(void *p, energy_t *e) { (void)p; static uint64_t t = 0; t += 1000000; e->timestamp = t; e->energy = t * 450; return 0; }
int zesDeviceEnumTemperatureSensors(void *d, uint32_t *n, void **h) { (void)d; return some(n, h, 6, 2); }
int zesTemperatureGetProperties(void *s, kind_t *k) { if (k->stype != 0x14) return 1; k->kind = s == &things[6] ? 1 : 2; return 0; }
int zesTemperatureGetState(void *s, double *v) { *v = s == &things[6] ? 55.5 : 48.0; return 0; }
int zesDeviceEnumEngineGroups(void *d, uint32_t *n, void **h) { (void)d; return some(n, h, 8, 1); }
int zesEngineGetProperties(void *s, kind_t *k) { (void)s; if (k->stype != 5) return 1; k->kind = 0; return 0; }
int zesEngineGetActivity(void *s, act_t *a) { (void)s; static uint64_t t = 0; t += 1000000; a->timestamp = t; a->active = t * 3 / 4; return 0; }
int zesDeviceEnumFrequencyDomains(void *d, uint32_t *n, void **h) { (void)d; return some(n, h, 9, 1); }
int zesFrequencyGetProperties(void *s, kind_t *k) { (void)s; if (k->stype != 9) return 1; k->kind = 0; return 0; }
int zesFrequencyGetState(void *s, freq_t *f) { (void)s; if (f->stype != 0x1b) return 1; f->actual = 1600; f->throttle = 8; return 0; }
int zesDeviceEnumRasErrorSets(void *d, uint32_t *n, void **h) { (void)d; return some(n, h, 10, 2); }
int zesRasGetProperties(void *s, kind_t *k) { if (k->stype != 0xf) return 1; k->kind = s == &things[10] ? 0 : 1; return 0; }
int zesRasGetState(void *s, uint8_t clear, ras_t *r) { if (clear || r->stype != 0x22) return 1; for (int i = 0; i < 7; i++) r->category[i] = s == &things[10] ? 1 : 0; return 0; }
int zesDeviceProcessesGetState(void *d, uint32_t *n, void *s) { (void)d; (void)s; *n = 3; return 0; }
