package dev.hstu.retrieval.serving;

import dev.hstu.encoder.Engine;
import dev.hstu.index.ServingMemory;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.memory.InsufficientMemoryException;
import dev.hstu.index.memory.MemoryNeed;
import dev.hstu.index.memory.MemorySize;
import dev.hstu.retrieval.config.ServiceConfiguration;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One budget for heap, native memory and page cache of the service, `serving.ram`: a generation
/// that doesn't fit beside the one it replaces is refused before a file of it is opened, so that
/// the kernel doesn't end the process in the middle of the swap.
///
/// @param ramBytes empty for any
/// @param heapBytes the largest heap, counted whole
/// @param engineBytes what the engine takes without a model
/// @param gateEngineBytes the same of the gate's engine, which is always one of this process
/// @param cacheBytes of heap, what answers and users are kept in
/// @param titleBytes of heap, for finding items by title
/// @param laterItems updates kept searchable at most
/// @param laterBytes of native memory, what is swept of them at most
record ServingBudget(
    OptionalLong ramBytes,
    long heapBytes,
    long engineBytes,
    long gateEngineBytes,
    long cacheBytes,
    long titleBytes,
    long laterItems,
    long laterBytes) {

  private static final Logger LOG = LoggerFactory.getLogger(ServingBudget.class);

  /// Of heap, for what isn't a generation's: requests, answers and what is made of them.
  static final long REQUESTS_BYTES = 64L << 20;

  /// PyTorch's code and scratch: a process with it held 140 MiB more than one without, and each
  /// worker's scratch is its own.
  static final long TORCH_BYTES = 250L << 20;

  /// Of heap, for an update kept searchable ([dev.hstu.index.live.LiveSettings#maxLaterRows]).
  private static final long LATER_ITEM_BYTES = 200;

  /// A model's copies: its mapped file and the engine's own, of each of two generations.
  private static final int MODEL_COPIES = 4;

  /// The budget of this process.
  static ServingBudget of(ServiceConfiguration configuration) {
    long engine = configuration.encoder().choice().engine() == Engine.REFERENCE ? 0 : TORCH_BYTES;
    return new ServingBudget(
        configuration.serving().ramBytes(),
        Runtime.getRuntime().maxMemory(),
        configuration.endpoints().remote() ? 0 : engine,
        engine,
        configuration.cache().maxBytes() + configuration.users().maxBytes(),
        configuration.generations().titleIndexBytes(),
        configuration.updates().enabled() ? configuration.updates().maxKept() : 0,
        configuration.updates().enabled() ? configuration.updates().maxMemoryBytes() : 0);
  }

  /// Refuses what doesn't fit.
  ///
  /// @throws InsufficientMemoryException naming every part and the mend
  void require(GenerationManifest manifest) throws InsufficientMemoryException {
    if (ramBytes.isEmpty()) {
      return;
    }
    String work = "serving %,d items".formatted(manifest.items());
    heapNeed(manifest).requireWithinHeap(heapBytes, work);
    MemoryNeed need = need(manifest);
    need.requireWithin(ramBytes.getAsLong(), work);
    LOG.info(
        "{} takes {} of {}: {}",
        work,
        MemorySize.text(need.bytes()),
        MemorySize.text(ramBytes.getAsLong()),
        need);
  }

  /// Refuses to judge what doesn't fit beside what serves: the gate opens the judged generation and
  /// the live one. While it does, no generation is being replaced, so that the room for that is the
  /// live one's; the judged one and the engine come on top.
  ///
  /// @param live the current generation; empty where there is none, and only the judged is opened
  /// @throws InsufficientMemoryException naming every part and the mend
  void requireJudging(GenerationManifest judged, Optional<GenerationManifest> live)
      throws InsufficientMemoryException {
    if (ramBytes.isEmpty()) {
      return;
    }
    String work = "judging %,d items beside what serves".formatted(judged.items());
    MemoryNeed heap = heapNeed(live.orElse(judged));
    MemoryNeed need =
        need(live.orElse(judged))
            .and("the gate's engine", Math.max(0, gateEngineBytes - engineBytes));
    if (live.isPresent()) {
      heap =
          heap.and(
              "items of the judged generation",
              ServingMemory.heap(judged).bytes() / ServingMemory.GENERATIONS);
      need =
          need.and("judged model", 2 * ServingMemory.modelBytes(judged))
              .and("index of the judged generation", ServingMemory.beside(judged).bytes());
    }
    heap.requireWithinHeap(heapBytes, work);
    need.requireWithin(ramBytes.getAsLong(), work);
  }

  private MemoryNeed heapNeed(GenerationManifest manifest) {
    return ServingMemory.heap(manifest)
        .and("requests", REQUESTS_BYTES)
        .and("cache.embeddings-memory, cache.results-memory and users.max-memory", cacheBytes)
        .and("generations.title-index-memory", titleBytes)
        .and("updates.max-kept", laterItems * LATER_ITEM_BYTES);
  }

  private MemoryNeed need(GenerationManifest manifest) {
    MemoryNeed need =
        MemoryNeed.NONE
            .and("Java heap", heapBytes)
            .and("Java machine", MemoryNeed.MACHINE_BYTES)
            .and("engine", engineBytes)
            .and("updates.max-memory", laterBytes)
            .and("model", MODEL_COPIES * ServingMemory.modelBytes(manifest));
    for (MemoryNeed.Part part : ServingMemory.beside(manifest).parts()) {
      need = need.and(part.of(), part.bytes());
    }
    return need;
  }
}
