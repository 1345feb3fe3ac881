package dev.hstu.index.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;

/// Which nodes of a graph a walk can come to: from the entry point over the neighbours of the top
/// level, and from everything reached on one level on the level below (arXiv 1603.09320, algorithm
/// 5). A search follows only the neighbours nearest to its query, so it comes to no other.
final class GraphReach {

  private final HnswGraph graph;
  private int[] stack = new int[1_024];
  private int stacked;

  private GraphReach(HnswGraph graph) {
    this.graph = graph;
  }

  /// Hands over the ordinals of the nodes of the bottom level that can be reached.
  ///
  /// @param ordinals a bound above all of them
  static void forEach(HnswGraph graph, int ordinals, IntConsumer ordinal) throws IOException {
    if (graph.size() == 0) {
      // Lucene builds no graph over few vectors, and compares all of them.
      for (int each = 0; each < ordinals; each++) {
        ordinal.accept(each);
      }
      return;
    }
    FixedBitSet reached = new FixedBitSet(ordinals);
    reached.set(graph.entryNode());
    GraphReach reach = new GraphReach(graph);
    for (int level = graph.numLevels() - 1; level >= 0; level--) {
      reach.spread(level, reached);
    }
    forEachSet(reached, ordinal);
  }

  private void spread(int level, FixedBitSet reached) throws IOException {
    // Nodes reached on higher levels are all of this one too.
    forEachSet(reached, this::push);
    while (stacked > 0) {
      graph.seek(level, stack[--stacked]);
      int neighbour = graph.nextNeighbor();
      while (neighbour != DocIdSetIterator.NO_MORE_DOCS) {
        if (!reached.getAndSet(neighbour)) {
          push(neighbour);
        }
        neighbour = graph.nextNeighbor();
      }
    }
  }

  private static void forEachSet(FixedBitSet nodes, IntConsumer consumer) {
    for (int node = 0; node < nodes.length(); node++) {
      if (nodes.get(node)) {
        consumer.accept(node);
      }
    }
  }

  private void push(int node) {
    if (stacked == stack.length) {
      stack = Arrays.copyOf(stack, 2 * stacked);
    }
    stack[stacked++] = node;
  }
}
