package dev.hstu.retrieval.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Building, publishing and serving with the engine that would report home if it were let.
@ExtendWith(LoopbackOnly.class)
class ServingStaysOnLoopbackTest {

  @TempDir Path folder;

  @Test
  void aServiceTalksToNobodyOutside() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    try (RunningService service =
            RunningService.start(generations.configuration(Map.of("encoder.engine", "djl")));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(60));

      assertThat(
              client
                  .retrieve(
                      "{\"events\":[{\"itemId\":%s,\"timestamp\":1}],\"k\":5}"
                          .formatted(TinyGenerations.id(1)))
                  .itemIds())
          .hasSize(5);
      assertThat(client.get("/metrics").status()).isEqualTo(200);
    }
  }
}
