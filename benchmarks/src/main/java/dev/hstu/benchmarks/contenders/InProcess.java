package dev.hstu.benchmarks.contenders;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/// A contender of this process: times its own calls.
abstract class InProcess implements Contender {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final String name;
  private final String index;
  private final int batch;
  private final IndexCost cost;

  InProcess(String name, String index, int batch, IndexCost cost) {
    this.name = name;
    this.index = index;
    this.batch = batch;
    this.cost = cost;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String index() {
    return index;
  }

  @Override
  public final int batch() {
    return batch;
  }

  @Override
  public final IndexCost cost() {
    return cost;
  }

  @Override
  public final Answers answer(int first, int count, int k, int effort) {
    int[] rows = new int[count * k];
    Arrays.fill(rows, -1);
    long[] nanos = new long[Math.ceilDiv(count, batch)];
    long cpu = THREADS.getCurrentThreadCpuTime();
    for (int call = 0; call < nanos.length; call++) {
      int from = call * batch;
      int asked = Math.min(batch, count - from);
      long start = System.nanoTime();
      call(first + from, asked, k, effort, rows, from * k);
      nanos[call] = System.nanoTime() - start;
    }
    return new Answers(rows, nanos, THREADS.getCurrentThreadCpuTime() - cpu);
  }

  /// Answers at most [#batch] queries, the rows found `[count][k]` from `offset`.
  abstract void call(int first, int count, int k, int effort, int[] rows, int offset);
}
