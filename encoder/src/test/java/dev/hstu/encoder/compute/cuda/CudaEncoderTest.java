package dev.hstu.encoder.compute.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.RandomHistories;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.UserHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What the engine does around the kernels, with the reference in their place: splitting, lanes,
/// failures and closing.
class CudaEncoderTest {

  private final HstuConfig config = RandomModels.config(40, 12, 3, 6, 2, 3, 4, 2);
  private final ModelWeights weights = RandomModels.weights(config, 5);
  private final Random random = new Random(11);
  private final List<ReferenceLane> lanes = new ArrayList<>();
  private final AtomicInteger modelCloses = new AtomicInteger();

  @Test
  void aBatchBeyondTheBudgetIsSplitAndGivesTheSameBits() {
    HistoryBatch batch = batch(50);
    float[] expected = new float[50 * config.embeddingDim()];
    new ReferenceEncoder(config, weights, Precision.FLOAT32).encode(batch, expected);
    try (CudaEncoder encoder = encoder(1, 30, 7)) {
      float[] out = new float[expected.length];
      encoder.encode(batch, out);
      assertThat(out).isEqualTo(expected);
      assertThat(lanes.getFirst().encodes.get()).isGreaterThan(7);
    }
  }

  @Test
  void tracesOfPartsStandWhereTheyBelong() {
    HistoryBatch batch = batch(20);
    ForwardTrace expected = new ReferenceEncoder(config, weights, Precision.FLOAT32).trace(batch);
    try (CudaEncoder encoder = encoder(1, 25, 4)) {
      ForwardTrace trace = encoder.trace(batch);
      for (int i = 0; i < config.blocks(); i++) {
        assertThat(trace.blocks().get(i)).isEqualTo(expected.blocks().get(i));
      }
      assertThat(trace.sequence()).isEqualTo(expected.sequence());
      assertThat(trace.users()).isEqualTo(expected.users());
    }
  }

  @Test
  void anEmptyBatchNeedsNoLane() {
    try (CudaEncoder encoder = encoder(1, 12, 1)) {
      lanes.getFirst().failing = true;
      encoder.encode(HistoryBatch.of(List.of(), config.window()), new float[0]);
      assertThat(lanes.getFirst().encodes.get()).isZero();
    }
  }

  @Test
  void aBatchThatFailsLeavesTheEngineUsable() {
    HistoryBatch batch = batch(9);
    float[] out = new float[9 * config.embeddingDim()];
    try (CudaEncoder encoder = encoder(1, 30, 4)) {
      lanes.getFirst().failing = true;
      assertThatThrownBy(() -> encoder.encode(batch, out)).hasMessage("cudaMemcpyAsync: planted");
      lanes.getFirst().failing = false;
      encoder.encode(batch, out);
      assertThat(out).doesNotContain(0f);
    }
  }

  @Test
  void whatIsOutOfBoundsNeverReachesALane() {
    HistoryBatch wrongItem =
        new HistoryBatch(new int[] {0, 1}, new int[] {41}, new long[] {1}, new long[] {2});
    try (CudaEncoder encoder = encoder(1, 30, 4)) {
      assertThatThrownBy(() -> encoder.encode(wrongItem, new float[6]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("item row 41");
      assertThatThrownBy(() -> encoder.encode(batch(2), new float[11]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("target has 11 floats");
      assertThat(lanes.getFirst().encodes.get()).isZero();
    }
  }

  @Test
  void manyThreadsShareFewLanesAndEachGetsItsOwnResult() {
    List<List<UserHistory>> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      calls.add(RandomHistories.histories(random, config, 1 + random.nextInt(6)));
    }
    ReferenceEncoder reference = new ReferenceEncoder(config, weights, Precision.FLOAT32);
    try (CudaEncoder encoder = encoder(3, 20, 4);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<CompletableFuture<float[][]>> results =
          calls.stream()
              .map(call -> CompletableFuture.supplyAsync(() -> encoder.encode(call), threads))
              .toList();
      for (int i = 0; i < calls.size(); i++) {
        assertThat(results.get(i).join()).isDeepEqualTo(reference.encode(calls.get(i)));
      }
    }
  }

  @Test
  void closingClosesLanesThenTheModelOnceAndRefusesFurtherCalls() {
    CudaEncoder encoder = encoder(2, 30, 4);
    encoder.close();
    assertThat(lanes).allMatch(lane -> lane.closed);
    assertThat(modelCloses).hasValue(1);
    assertThatThrownBy(() -> encoder.encode(batch(1), new float[6]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the encoder is closed");
  }

  private HistoryBatch batch(int users) {
    return HistoryBatch.of(RandomHistories.histories(random, config, users), config.window());
  }

  private CudaEncoder encoder(int laneCount, int maxTokens, int maxUsers) {
    for (int i = 0; i < laneCount; i++) {
      lanes.add(new ReferenceLane(config, weights, maxTokens, maxUsers));
    }
    return new CudaEncoder(
        config, "cuda", new LanePool(List.copyOf(lanes)), null, modelCloses::incrementAndGet);
  }
}
