"""Which number types this machine's CPU computes in by itself."""

from pathlib import Path

CPU_FACTS = Path("/proc/cpuinfo")
# Without these instructions bfloat16 is converted back and forth, which is slower than float32.
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def cpu_has_bfloat16(facts: Path = CPU_FACTS) -> bool:
    """Return whether the CPU multiplies bfloat16; False where the system does not say."""
    try:
        text = facts.read_text()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in text.splitlines() if line.startswith("flags")), [])
    return not _BFLOAT16_FLAGS.isdisjoint(flags)
