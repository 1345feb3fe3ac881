package dev.hstu.retrieval;

import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.info.Info;
import java.util.stream.Stream;

/// The service as a process of its own: `hstu serve` under the name that process supervisors look
/// for. In a process that does more, start [dev.hstu.retrieval.serving.RunningService] instead.
@OpenAPIDefinition(
    info =
        @Info(
            title = "HSTU Retrieval",
            version = "1",
            description = "A user's history in, the k items to rank next out."))
public final class Application {

  private Application() {}

  /// @param options those of `hstu serve`
  public static void main(String[] options) {
    String[] serve = Stream.concat(Stream.of("serve"), Stream.of(options)).toArray(String[]::new);
    System.exit(Cli.commandLine().execute(serve));
  }
}
