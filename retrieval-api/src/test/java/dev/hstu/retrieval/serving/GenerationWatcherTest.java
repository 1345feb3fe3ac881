package dev.hstu.retrieval.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.retrieval.cache.RetrievalCaches;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.tier.EmbeddingSources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a look at `CURRENT` counts, one look at a time.
class GenerationWatcherTest {

  @TempDir Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TinyGenerations generations;
  private ServiceConfiguration configuration;

  @BeforeEach
  void configure() {
    generations = new TinyGenerations(folder);
    configuration = generations.configuration(Map.of());
  }

  @Test
  void aRefusalIsCountedOnceHoweverOftenItIsLookedAt() throws IOException {
    String good = generations.build(1, TinyGenerations.longIds(), new Clock.Wall());
    try (RetrievalWorkers workers =
            new RetrievalWorkers(configuration.admission(), configuration.ladder());
        GenerationSwitch live = new GenerationSwitch();
        SharedUpdateLog updates = new SharedUpdateLog(configuration);
        GenerationWatcher watcher = watcher(workers, live, updates)) {
      point("garbage");
      watcher.look();
      watcher.look();
      assertThat(watcher.published()).isInstanceOf(Published.Refused.class);
      assertThat(swaps("refused")).isOne();

      point("other garbage");
      watcher.look();
      watcher.look();
      assertThat(swaps("refused")).as("another reason").isEqualTo(2);

      generations.store().publish(good);
      watcher.look();
      assertThat(swaps("served")).isOne();

      point("other garbage");
      watcher.look();
      assertThat(swaps("refused")).as("again, after something served").isEqualTo(3);
    }
  }

  @Test
  void aGenerationThatDoesNotFitLeavesTheOneBeforeServing() throws IOException {
    String small = generations.publish(1);
    configuration = generations.configuration(Map.of("serving.ram", "64g"));
    try (RetrievalWorkers workers =
            new RetrievalWorkers(configuration.admission(), configuration.ladder());
        GenerationSwitch live = new GenerationSwitch();
        SharedUpdateLog updates = new SharedUpdateLog(configuration)) {
      watcher(workers, live, updates).look();
      generations.publish(2);

      configuration = generations.configuration(Map.of("serving.ram", "256m"));
      GenerationWatcher tight = watcher(workers, live, updates);
      tight.look();

      assertThat(tight.published())
          .isInstanceOfSatisfying(
              Published.Refused.class,
              refused ->
                  assertThat(refused.reason())
                      .startsWith("256 MiB of memory is below the ")
                      .contains(" that serving 300 items needs: ", "MiB Java heap, 200 MiB Java")
                      .endsWith("allow more with --ram"));
      assertThat(live.current().orElseThrow().manifest().id()).isEqualTo(small);
    }
  }

  private GenerationWatcher watcher(
      RetrievalWorkers workers, GenerationSwitch live, SharedUpdateLog updates) {
    return new GenerationWatcher(
        configuration,
        NamedSets.none(),
        updates,
        new RetrievalCaches(configuration.cache(), InstantSource.system()),
        new EmbeddingSources(configuration, registry),
        live,
        new ServiceMetrics(registry, workers, new ServerClock(InstantSource.system())));
  }

  private void point(String content) throws IOException {
    Files.writeString(generations.store().root().resolve("CURRENT"), content + "\n");
  }

  private double swaps(String outcome) {
    return registry.get("hstu.generation.swaps").tag("outcome", outcome).counter().count();
  }
}
