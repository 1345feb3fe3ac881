package dev.hstu.index.format;

import dev.hstu.index.scan.BestRows;
import dev.hstu.kernels.cpu.KeptKeys;
import dev.hstu.kernels.cpu.NativeBest;
import dev.hstu.kernels.cpu.PartitionCodes;
import dev.hstu.kernels.cpu.PartitionVisits;

/// Sweeps the codes of partitions, and of the lists behind them, for one or several searches by the
/// native kernel, which scores what it sweeps and keeps what reaches the floors, in one call for
/// many partitions, lists and queries. It comes back where a query's room is full: then the filter
/// is asked about what is new, the best are selected and the floor rises. Scratch memory of one
/// thread.
final class FusedSweep {

  private final KeptKeys kept = new KeptKeys();
  private final PartitionVisits visits = new PartitionVisits();

  private OverlaidPartitions overlaid = OverlaidPartitions.of(Partitions.NONE);

  /// Of what is kept, how many were asked of the filter, by search.
  private int[] asked = new int[0];

  /// Begins anew: no search visits anything.
  void begin(OverlaidPartitions in, int searches) {
    overlaid = in;
    // Behind the partitions come their lists, by the same numbers.
    visits.begin(in.count() + in.codeLists().count(), searches);
  }

  /// Lets a search visit a partition, or the list that replaces it, or both.
  ///
  /// @param product of the search's query with the centroid
  /// @return the vectors there
  int add(int partition, int search, float product) {
    int rows = 0;
    if (!overlaid.isReplaced(partition)) {
      visits.add(partition, search, product);
      rows = overlaid.base().start(partition + 1) - overlaid.base().start(partition);
    }
    PartitionList.View list = overlaid.list(partition);
    if (list != null) {
      visits.add(overlaid.count() + partition, search, product);
      rows += list.count();
    }
    return rows;
  }

  /// Orders what was added since the last call so that visits of the same share its loads.
  void order() {
    visits.order();
  }

  /// Adds to what each search found.
  ///
  /// @param searches by the numbers that visit, all in what [#begin] was given
  void sweep(PartitionSearch[] searches) {
    int count = searches.length;
    keepFor(searches, count);
    PartitionCodes partitions = overlaid.base().partitionCodes();
    long at = 0;
    while (NativeBest.visit(at) < visits.size()) {
      at = NativeBest.sweep(partitions, overlaid.codeLists(), visits, kept, at);
      makeRoom(NativeBest.visit(at), searches);
    }
    for (int i = 0; i < count; i++) {
      settle(i, searches[i]);
      searches[i].found().replace(kept.keys(), kept.firstKey(i), kept.count(i), kept.floor(i));
    }
  }

  private void keepFor(PartitionSearch[] searches, int count) {
    int most = 1;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, searches[i].found().capacity());
    }
    kept.begin(count, overlaid.dimension(), most);
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
  private void makeRoom(int from, PartitionSearch[] searches) {
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
    int passing = search.acceptance().retain(kept.keys(), first + asked[number], end) - first;
    kept.keep(number, passing, kept.floor(number));
    long least = NativeBest.select(kept, number);
    if (least != Long.MIN_VALUE) {
      kept.keep(number, kept.count(number), BestRows.score(least));
    }
    asked[number] = kept.count(number);
  }
}
