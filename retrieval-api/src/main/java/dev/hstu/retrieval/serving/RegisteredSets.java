package dev.hstu.retrieval.serving;

import dev.hstu.index.filter.NamedSets;
import dev.hstu.retrieval.config.GenerationSettings;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the sets that lie beside the generations, which come and go without them.
@Factory
final class RegisteredSets {

  private static final Logger LOG = LoggerFactory.getLogger(RegisteredSets.class);

  /// A damaged set is no reason not to serve: filters that name it are refused.
  @Singleton
  NamedSets open(GenerationSettings settings) throws IOException {
    Path folder = settings.folder().resolve(NamedSets.FOLDER);
    NamedSets sets = NamedSets.open(folder);
    sets.damaged()
        .forEach((name, problem) -> LOG.error("set {} cannot be read: {}", name, problem));
    return sets;
  }
}
