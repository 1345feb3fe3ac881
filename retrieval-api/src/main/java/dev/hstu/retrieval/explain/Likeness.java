package dev.hstu.retrieval.explain;

import dev.hstu.index.census.RowVectors;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.retrieve.EncodedQueries;
import dev.hstu.retrieval.retrieve.Examination;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.retrieve.Retriever;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How one item relates to the events that a model kept of a history. For one thread.
final class Likeness {

  private final RetrievalQuery query;
  private final int[] kept;
  private final RowVectors vectors;
  private final float[] item;

  /// @param seen an answer by the model
  /// @param item float[dimension], the item's vector
  Likeness(RetrievalQuery query, Examination seen, RowVectors vectors, float[] item) {
    this.query = query;
    this.kept = seen.keptEvents();
    this.vectors = vectors;
    this.item = item;
  }

  /// The newest events' contributions, greatest magnitude first. All histories that lack one are
  /// encoded in one batch, beside the whole one, so that what differs is the event and not the
  /// batch.
  ///
  /// @param most events to try
  List<EventContribution> contributions(Retriever retriever, RetrievalBuffers buffers, int most) {
    int first = Math.max(0, kept.length - most);
    List<RetrievalQuery> histories = new ArrayList<>(kept.length - first + 1);
    histories.add(without(-1));
    for (int i = first; i < kept.length; i++) {
      histories.add(without(i));
    }
    List<EncodedQueries.Encoded> encoded = retriever.encode(histories, buffers).queries();
    double whole = product(encoded.getFirst().embedding());
    List<EventContribution> contributions = new ArrayList<>(kept.length - first);
    for (int i = first; i < kept.length; i++) {
      float @Nullable [] left = encoded.get(i - first + 1).embedding();
      contributions.add(
          new EventContribution(
              query.itemIds()[kept[i]],
              query.times()[kept[i]],
              left == null ? null : (float) (whole - product(left))));
    }
    contributions.sort(Comparator.comparingDouble(Likeness::magnitude).reversed());
    return contributions;
  }

  /// The history's items that are most alike, each once.
  List<ClosestEvent> closest(Examination seen, int most) {
    Map<String, Long> times = new LinkedHashMap<>();
    for (int place : kept) {
      times.put(query.itemIds()[place], query.times()[place]);
    }
    List<ClosestEvent> closest = new ArrayList<>(times.size());
    times.forEach(
        (itemId, time) -> {
          int row = seen.items().items().rowOf(itemId);
          if (row != IdTable.NOT_FOUND) {
            closest.add(new ClosestEvent(itemId, time, vectors.product(item, row)));
          }
        });
    closest.sort(Comparator.comparingDouble(ClosestEvent::cosine).reversed());
    return closest.subList(0, Math.min(most, closest.size()));
  }

  /// The kept events as a history of their own, one left out. No older event takes its place, so
  /// that the difference is this event's alone.
  private RetrievalQuery without(int left) {
    int count = kept.length - (left < 0 ? 0 : 1);
    String[] itemIds = new String[count];
    long[] times = new long[count];
    float[] actions = new float[query.actions().length == 0 ? 0 : count];
    int next = 0;
    for (int i = 0; i < kept.length; i++) {
      if (i != left) {
        itemIds[next] = query.itemIds()[kept[i]];
        if (actions.length > 0) {
          actions[next] = query.actions()[kept[i]];
        }
        times[next++] = query.times()[kept[i]];
      }
    }
    return query.withEvents(itemIds, times, actions);
  }

  private double product(float @Nullable [] embedding) {
    if (embedding == null) {
      throw new IllegalArgumentException("a history of known items has no embedding");
    }
    double sum = 0;
    for (int i = 0; i < item.length; i++) {
      sum += (double) embedding[i] * item[i];
    }
    return sum;
  }

  private static double magnitude(EventContribution one) {
    return one.contribution() == null ? Double.POSITIVE_INFINITY : Math.abs(one.contribution());
  }
}
