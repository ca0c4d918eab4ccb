"""What a process takes, again and again, and whether it stays so."""
import collections
import os
import statistics

MIB = 1 << 20
# Of the first third of what is judged, to the last: what may be chance.
MEMORY_SLACK = (4 * MIB, 0.05)
DESCRIPTOR_SLACK = (8, 0.10)
# Logs, the resolver, a reload and its signal have threads at times, and each ends when it was idle for some seconds.
THREADS_SLACK = 2
# Until then heaps come to be as large as what happens side by side makes them.
WARM_UP = 0.25
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

Sample = collections.namedtuple("Sample", "at memory descriptors threads")


class Watch:
    """Samples of one process."""

    def __init__(self, name, pid):
        self.name = name
        self.pid = pid
        self.samples = []

    def _status(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def take(self, at):
        # Pages of the program's file come and go as the machine likes.
        self.samples.append(Sample(at, self._status("RssAnon") * 1024, self.descriptors, self._status("Threads")))
        return self.samples[-1]


def growth(values):
    """The medians of the first and of the last third."""
    third = max(1, len(values) // 3)
    return statistics.median(values[:third]), statistics.median(values[-third:])


def judge(samples, seconds):
    """Rows of a name, the first and the last third, what the last may be, and whether it is. The first quarter of the time
    is for warming up."""
    judged = [sample for sample in samples if sample.at >= seconds * WARM_UP]
    rows = []
    for name, slack in (("memory", MEMORY_SLACK), ("descriptors", DESCRIPTOR_SLACK)):
        first, last = growth([getattr(sample, name) for sample in judged])
        bound = first + slack[0] + first * slack[1]
        rows.append((name, first, last, bound, last <= bound))
    # What counts is how many there come to be.
    threads, third = [sample.threads for sample in judged], max(1, len(judged) // 3)
    first, last = max(threads[:third]), max(threads[-third:])
    rows.append(("threads", first, last, first + THREADS_SLACK, last <= first + THREADS_SLACK))
    return rows
