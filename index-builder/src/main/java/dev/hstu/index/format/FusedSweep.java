package dev.hstu.index.format;

import dev.hstu.index.scan.BestRows;
import dev.hstu.kernels.cpu.KeptKeys;
import dev.hstu.kernels.cpu.NativeBest;
import dev.hstu.kernels.cpu.PartitionVisits;

/// Sweeps the codes of partitions for one or several searches by the native kernel, which scores
/// what it sweeps and keeps what reaches the floors, in one call for many partitions and queries.
/// It comes back where a query's room is full: then the filter is asked about what is new, the best
/// are selected and the floor rises.
final class FusedSweep {

  private final KeptKeys kept = new KeptKeys();

  /// Of what is kept, how many were asked of the filter, by search.
  private int[] asked = new int[0];

  /// Adds to what each search found.
  ///
  /// @param visits whose queries are the numbers of the searches
  /// @param searches all in `partitions`
  void sweep(Partitions partitions, PartitionVisits visits, PartitionSearch[] searches) {
    int count = searches.length;
    begin(partitions, searches, count);
    long at = 0;
    while (NativeBest.visit(at) < visits.size()) {
      at = NativeBest.sweep(partitions.partitionCodes(), visits, kept, at);
      makeRoom(visits, NativeBest.visit(at), searches);
    }
    for (int i = 0; i < count; i++) {
      settle(i, searches[i]);
      searches[i].found().replace(kept.keys(), kept.firstKey(i), kept.count(i), kept.floor(i));
    }
  }

  private void begin(Partitions partitions, PartitionSearch[] searches, int count) {
    int most = 1;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, searches[i].found().capacity());
    }
    kept.begin(count, partitions.dimension(), most);
    if (asked.length < count) {
      asked = new int[count];
    }
    for (int i = 0; i < count; i++) {
      PartitionSearch search = searches[i];
      kept.setQuery(i, search.coded().codes(), search.coded().step(), 0, search.found().capacity());
      asked[i] = search.found().copyTo(kept.keys(), kept.firstKey(i));
      kept.keep(i, asked[i], search.worstKept());
    }
  }

  /// Makes room for those who visit the partition at which a sweep stopped.
  private void makeRoom(PartitionVisits visits, int from, PartitionSearch[] searches) {
    for (int v = from; v < visits.size() && visits.partition(v) == visits.partition(from); v++) {
      int query = visits.query(v);
      if (!kept.hasRoom(query)) {
        settle(query, searches[query]);
      }
    }
  }

  private void settle(int number, PartitionSearch search) {
    int first = kept.firstKey(number);
    int end = first + kept.count(number);
    int passing = search.retainAccepted(kept.keys(), first + asked[number], end) - first;
    kept.keep(number, passing, kept.floor(number));
    long least = NativeBest.select(kept, number);
    if (least != Long.MIN_VALUE) {
      kept.keep(number, kept.count(number), BestRows.score(least));
    }
    asked[number] = kept.count(number);
  }
}
