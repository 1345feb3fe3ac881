package dev.hstu.retrieval.cli;

import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.config.SettingSource;
import dev.hstu.retrieval.tier.EncoderServer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu encoder`: encodes for services that name it in `encoder.endpoints`, until it is told to
/// stop.
@Command(
    name = "encoder",
    mixinStandardHelpOptions = true,
    description = {
      "Encodes histories for services elsewhere, over HTTP/2: on the machine with the GPU, say.",
      "Serves the model of the published generation and follows it, or one model folder.",
      "Beyond loopback with access.keys-file only; tls.key-store serves HTTPS.",
      "Every setting is in CONFIGURATION.md; options win over the environment, that over --config.",
      "Stop it with Ctrl-C or SIGTERM: requests in flight finish."
    })
public final class EncoderCommand implements Callable<Integer> {

  private static final int LOOK_MILLIS = 50;

  @Option(names = "--generations", paramLabel = "DIR", description = "Folder of the generations.")
  private @Nullable String generations;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Serve this model folder, whatever is published.")
  private @Nullable String model;

  @Option(names = "--host", description = "Address to listen on; loopback unless set.")
  private @Nullable String host;

  @Option(names = "--port", description = "0 takes a free one. Default: 8090.")
  private @Nullable String port;

  @Option(
      names = "--engine",
      description = "djl, reference or cuda (see hstu engines). Default: djl.")
  private @Nullable String engine;

  @Option(names = "--config", paramLabel = "FILE", description = "YAML file with settings.")
  private @Nullable Path config;

  @Option(names = "--json", description = "Print one JSON document when ready.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Console console = Console.system(json);
    CountDownLatch stopped = new CountDownLatch(1);
    try (EncoderServer encoder = start()) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    encoder.close();
                    stopped.countDown();
                  },
                  "stop"));
      if (awaitModel(encoder, console, stopped)) {
        announce(encoder, console);
        stopped.await();
      }
    }
    return 0;
  }

  private EncoderServer start() {
    try {
      return EncoderServer.start(ServiceConfiguration.of(sources()));
    } catch (InvalidSettingException | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private List<SettingSource> sources() {
    return new SettingSources()
        .with("generations.folder", generations)
        .with("encoder-server.model", model)
        .with("encoder-server.host", host)
        .with("encoder-server.port", port)
        .with("encoder.engine", engine)
        .and(config);
  }

  /// Waits for the first model however long it takes, saying what is missing.
  ///
  /// @return false when the process was told to stop before
  private static boolean awaitModel(EncoderServer encoder, Console console, CountDownLatch stopped)
      throws InterruptedException {
    String said = "";
    while (encoder.models().isEmpty()) {
      String missing = encoder.engine();
      if (!missing.equals(said)) {
        console.remark("not ready: " + missing);
        said = missing;
      }
      if (stopped.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  private static void announce(EncoderServer encoder, Console console) {
    String model = encoder.models().getFirst();
    if (console.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("address", encoder.address().toString());
      document.put("model", model);
      document.put("engine", encoder.engine());
      console.printJson(document);
    } else {
      console.print(
          "ready: %s  model %s on %s".formatted(encoder.address(), model, encoder.engine()));
      console.print("hstu serve with ENCODER_ENDPOINTS=%s".formatted(encoder.address()));
    }
  }
}
