package dev.hstu.benchmarks.service;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The floor of the service: a Micronaut route that reads a body and returns bytes that are there
/// already, on the event loop, with nothing else in the way.
public final class BareRoute {

  /// Without it the route isn't there: the service runs with this class on its path.
  private static final String PROPERTY = "hstu.bench.bare-route";

  private BareRoute() {}

  /// Starts it in a process of its own.
  ///
  /// @param log gets its messages
  static ServerProcess start(List<String> javaOptions, Path log, int answerBytes)
      throws IOException {
    return start(ServerCores.SHARED, javaOptions, log, answerBytes, 0);
  }

  /// As above, of a route that keeps the processor busy first.
  ///
  /// @param cores that it runs on
  /// @param busyMicros processor time of each request
  static ServerProcess start(
      ServerCores cores, List<String> javaOptions, Path log, int answerBytes, int busyMicros)
      throws IOException {
    List<String> options = new ArrayList<>(javaOptions);
    options.add("-Dlogback.configurationFile=bare-route-logback.xml");
    List<String> arguments = List.of(Integer.toString(answerBytes), Integer.toString(busyMicros));
    return ServerProcess.start(
        cores, BareRoute.class, "retrieval-api", options, arguments, Map.of(), log);
  }

  /// Where a process of its own answers.
  static URI route(ServerProcess bare) {
    return bare.address().resolve("/bare");
  }

  /// Serves until it is told to stop.
  ///
  /// @param arguments the number of bytes to return, and for how many microseconds to be busy
  public static void main(String[] arguments) {
    byte[] answer = new byte[Integer.parseInt(arguments[0])];
    Arrays.fill(answer, (byte) ' ');
    answer[0] = '{';
    answer[answer.length - 1] = '}';
    ApplicationContext context =
        ApplicationContext.builder()
            .banner(false)
            .deduceEnvironment(false)
            .environmentPropertySource(false)
            .properties(
                Map.of(
                    "micronaut.server.host",
                    "127.0.0.1",
                    "micronaut.server.port",
                    "-1",
                    PROPERTY,
                    "true"))
            .singletons(new Answer(answer, Busyness.ofMicros(Integer.parseInt(arguments[1]))))
            .start();
    EmbeddedServer server = context.getBean(EmbeddedServer.class).start();
    System.out.println("{\"address\": \"" + server.getURI() + "\"}");
  }

  /// What is returned, and what is done before.
  record Answer(byte[] bytes, Busyness before) {}

  /// Work without memory and without an end of its own: so many steps, whatever else the processor
  /// has to do meanwhile.
  ///
  /// @param steps of Marsaglia's xorshift generator (Journal of Statistical Software 8, 14), each
  ///     of which needs the one before: a compiler finds no shorter way, as it does through a
  ///     chain of multiplications
  record Busyness(long steps) {

    /// Some twenty microseconds, so that the machine compiles the whole method and not one loop
    /// that never ends.
    private static final long MEASURED_STEPS = 10_000;

    /// For as long calls are repeated before any is timed: what the compilers make of the method
    /// last is what requests will run.
    private static final long COMPILING_NANOS = 1_000_000_000L;

    private static final int MEASURED_CALLS = 10_000;

    /// As many steps as this machine takes in so long, measured now in time of the processor.
    static Busyness ofMicros(int micros) {
      if (micros == 0) {
        return new Busyness(0);
      }
      Busyness measured = new Busyness(MEASURED_STEPS);
      long last = 1;
      for (long start = System.nanoTime(); System.nanoTime() - start < COMPILING_NANOS; ) {
        last = measured.work(last);
      }
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < MEASURED_CALLS; i++) {
        last = measured.work(last);
      }
      long nanos = Math.max(1, threads.getCurrentThreadCpuTime() - before);
      double steps = 1_000.0 * micros * MEASURED_STEPS * MEASURED_CALLS / nanos;
      // What is computed is used, so that it is computed; a xorshift is never 0.
      return new Busyness(Math.max(1, (long) steps) + (last == 0 ? 1 : 0));
    }

    /// @param seed any but 0
    long work(long seed) {
      long state = seed;
      for (long i = 0; i < steps; i++) {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
      }
      return state;
    }
  }

  /// The route.
  @Requires(property = PROPERTY)
  @Controller
  static final class Route {

    private final Answer answer;

    Route(Answer answer) {
      this.answer = answer;
    }

    @Post("/bare")
    @Consumes(MediaType.APPLICATION_JSON)
    HttpResponse<byte[]> bare(HttpRequest<byte[]> request) {
      byte[] body = request.getBody().orElseThrow();
      long worked = answer.before().work(1L + body.length);
      return body.length == 0 || worked == 0
          ? HttpResponse.badRequest()
          : HttpResponse.ok(answer.bytes()).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
  }
}
