/** A host with an NVIDIA GPU as its files show it: forms of real machines, values made up. */
export const hostTree: Readonly<Record<string, string>> = {
  'proc/modules': [
    'nvidia_uvm 4943872 0 - Live 0x0000000000000000 (POE)',
    'nvidia 56823808 58 nvidia_uvm,nvidia_modeset, Live 0x0000000000000000 (POE)',
    'snd_hda_intel 61440 3 - Live 0x0000000000000000',
    'ghost 16384 0 - Live 0x0000000000000000 (OE)',
    '',
  ].join('\n'),
  'proc/sys/kernel/tainted': '12289\n',
  'proc/sys/kernel/hostname': 'gpu-01\n',
  'proc/sys/kernel/osrelease': '6.8.0-45-generic\n',
  'proc/sys/kernel/version': '#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024\n',
  'proc/sys/kernel/random/boot_id': '6d3f0a2c-7c1e-4c4b-9a55-0f6b8f1f7a10\n',
  'proc/cpuinfo':
    'processor\t: 0\nmodel name\t: AMD EPYC 9654\nflags\t\t: fpu vme\n\nprocessor\t: 1\nmodel name\t: AMD EPYC 9654\n',
  'proc/meminfo': 'MemTotal:       24682416 kB\nMemFree: 1 kB\n',
  'proc/driver/nvidia/version':
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri May 31 09:35:42 UTC 2024\nGCC version:  gcc version 13.2.0\n',
  'etc/os-release': 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\n',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'lib/modules/6.8.0-45-generic/modules.dep': [
    'kernel/sound/pci/hda/snd-hda-intel.ko.zst: kernel/sound/core/snd.ko.zst',
    'updates/dkms/nvidia.ko:',
    'updates/dkms/nvidia-uvm.ko: updates/dkms/nvidia.ko',
  ].join('\n'),
  'lib/modules/6.8.0-45-generic/updates/dkms/nvidia.ko': 'nvidia module',
  'lib/modules/6.8.0-45-generic/updates/dkms/nvidia-uvm.ko': 'uvm module',
  'sys/module/nvidia/version': '550.90.07\n',
  'lib/firmware/nvidia/550.90.07/gsp_ga10x.bin': 'gsp',
  'lib/firmware/nvidia/550.90.07/gsp_tu10x.bin': 'gsp tu',
  'lib/firmware/iwlwifi-8000C-36.ucode': 'wifi',
  'usr/local/cuda/version.json':
    '{\n "cuda" : {\n "name" : "CUDA SDK",\n "version" : "12.4.1"\n },\n "nvcc": {"version": "12.4.131"}\n}',
  'usr/lib/x86_64-linux-gnu/libze_loader.so.1': '',
  'usr/lib/x86_64-linux-gnu/libze_loader.so.1.17.6': '',
  'usr/bin/nvidia-ctk': '',
  'opt/rocm/.info/version': '6.2.0-66\n',
};
