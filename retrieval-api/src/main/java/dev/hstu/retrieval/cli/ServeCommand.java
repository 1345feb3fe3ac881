package dev.hstu.retrieval.cli;

import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.config.SettingSource;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.Readiness;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceStartException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu serve`: answers `POST /retrieve` from the published generation until it is told to stop.
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Answers POST /retrieve from the published generation, and follows what is published.",
      "Every setting is in CONFIGURATION.md; options win over the environment, that over --config.",
      "Stop it with Ctrl-C or SIGTERM: requests in flight finish."
    })
public final class ServeCommand implements Callable<Integer> {

  /// How often a service that is not ready says why, when the reason changed.
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Option(names = "--generations", paramLabel = "DIR", description = "Folder of the generations.")
  private @Nullable String generations;

  @Option(names = "--host", description = "Address to listen on; loopback unless set.")
  private @Nullable String host;

  @Option(names = "--port", description = "0 takes a free one. Default: 8080.")
  private @Nullable String port;

  @Option(
      names = "--engine",
      description = "djl, reference or cuda (see hstu engines). Default: djl.")
  private @Nullable String engine;

  @Option(
      names = "--ram",
      paramLabel = "SIZE",
      description =
          "Heap, native memory and page cache together, e.g. 3500m; a quarter is heap. Default: any.")
  private @Nullable String ram;

  @Option(names = "--config", paramLabel = "FILE", description = "YAML file with settings.")
  private @Nullable Path config;

  @Option(names = "--json", description = "Print one JSON document when ready.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Console console = Console.system(json);
    try (RunningService service = start()) {
      CountDownLatch stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    service.close();
                    stopped.countDown();
                  },
                  "stop"));
      awaitReady(service, console).ifPresent(live -> announce(service, live, console));
      stopped.await();
    }
    return 0;
  }

  private RunningService start() {
    try {
      return RunningService.start(ServiceConfiguration.of(sources()));
    } catch (InvalidSettingException | ServiceStartException | EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private List<SettingSource> sources() {
    return new SettingSources()
        .with("generations.folder", generations)
        .with("serving.host", host)
        .with("serving.port", port)
        .with("encoder.engine", engine)
        .with("serving.ram", ram)
        .and(config);
  }

  /// Waits for the first generation however long it takes, saying now and then what is missing.
  ///
  /// @return what serves; empty when the service was stopped before
  private static Optional<LiveGeneration> awaitReady(RunningService service, Console console)
      throws InterruptedException {
    String said = "";
    while (true) {
      switch (service.awaitReady(PATIENCE)) {
        case Readiness.Ready(LiveGeneration live) -> {
          return Optional.of(live);
        }
        case Readiness.NotReady(String reason) -> {
          if (!reason.equals(said)) {
            console.remark("not ready: " + reason);
            said = reason;
          }
        }
        case Readiness.Stopping() -> {
          return Optional.empty();
        }
      }
    }
  }

  private static void announce(RunningService service, LiveGeneration live, Console console) {
    String curl = ExampleRequest.curl(service.address(), live, Instant.now());
    if (console.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("address", service.address().toString());
      document.put("generation", live.manifest().id());
      document.put("engine", live.engine());
      document.put("items", live.manifest().items());
      document.put("example", curl);
      console.printJson(document);
    } else {
      console.print("ready: %s  generation %s".formatted(service.address(), live.manifest().id()));
      console.print(curl);
    }
  }
}
