package dev.hstu.index;

import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.IndexSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/// The process that [KillTest] kills: it changes a store without end.
///
/// Arguments: store, model folder, item vectors, work (`BUILD` or `PUBLISH`), seed. Prints [#READY]
/// before the first change.
final class KilledChild {

  static final String READY = "READY";

  /// What the child does over and over.
  enum Work {
    /// Build, publish what was built, delete all but two.
    BUILD,
    /// Publish any generation, or roll back.
    PUBLISH
  }

  private KilledChild() {}

  public static void main(String[] args) throws IOException {
    GenerationStore store = GenerationStore.at(Path.of(args[0]));
    BuildInputs inputs = new BuildInputs(Path.of(args[1]), Path.of(args[2]));
    Work work = Work.valueOf(args[3]);
    SplittableRandom random = new SplittableRandom(Long.parseLong(args[4]));
    System.out.println(READY);
    while (true) {
      switch (work) {
        case BUILD -> buildAndPublish(store, inputs);
        case PUBLISH -> publishOrRollBack(store, random);
      }
    }
  }

  private static void buildAndPublish(GenerationStore store, BuildInputs inputs)
      throws IOException {
    BuildRequest request =
        inputs.request(store, GenerationEvaluator.NONE, IndexSettings.DEFAULT, Instant.now());
    store.publish(IndexBuilder.build(request, BuildListener.NONE).id());
    store.prune(2);
  }

  private static void publishOrRollBack(GenerationStore store, SplittableRandom random)
      throws IOException {
    if (random.nextInt(3) == 0 && store.previousId().isPresent()) {
      store.rollback();
    } else {
      List<GenerationEntry> entries = store.list();
      store.publish(entries.get(random.nextInt(entries.size())).id());
    }
  }
}
