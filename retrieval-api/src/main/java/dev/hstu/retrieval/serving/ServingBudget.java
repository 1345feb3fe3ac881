package dev.hstu.retrieval.serving;

import dev.hstu.encoder.Engine;
import dev.hstu.index.ServingMemory;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.memory.InsufficientMemoryException;
import dev.hstu.index.memory.MemoryNeed;
import dev.hstu.index.memory.MemorySize;
import dev.hstu.retrieval.config.ServiceConfiguration;
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
/// @param cacheBytes of heap, what answers and users are kept in
/// @param titleBytes of heap, for finding items by title
/// @param laterItems updates kept searchable at most
/// @param laterBytes of native memory, what is swept of them at most
record ServingBudget(
    OptionalLong ramBytes,
    long heapBytes,
    long engineBytes,
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
    return new ServingBudget(
        configuration.serving().ramBytes(),
        Runtime.getRuntime().maxMemory(),
        configuration.endpoints().remote()
                || configuration.encoder().choice().engine() == Engine.REFERENCE
            ? 0
            : TORCH_BYTES,
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
