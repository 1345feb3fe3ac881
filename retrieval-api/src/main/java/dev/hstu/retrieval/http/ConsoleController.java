package dev.hstu.retrieval.http;

import io.micronaut.core.io.ResourceLoader;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `GET /`: the console, a page of static files that uses the routes of this service as any client
/// does. It loads nothing from elsewhere, and what it shows it asks for with the key that its user
/// types.
@Controller
final class ConsoleController {

  private static final String FOLDER = "dev/hstu/console/";
  private static final String PAGE = "index.html";
  private static final List<String> FILES =
      List.of(
          PAGE,
          "console.css",
          "console.js",
          "api.js",
          "dom.js",
          "titles.js",
          "history.js",
          "filter.js",
          "request.js",
          "candidates.js",
          "explain.js",
          "generations.js",
          "live.js");

  private final Map<String, byte[]> contents = new LinkedHashMap<>();
  private final ProblemResponses problems;

  ConsoleController(ResourceLoader resources, ProblemResponses problems) {
    FILES.forEach(file -> contents.put(file, read(resources, FOLDER + file)));
    this.problems = problems;
  }

  @Hidden
  @NeedsNoKey("the page itself tells nothing; its requests carry their user's key")
  @Get("/")
  @Produces(MediaType.ALL)
  HttpResponse<?> page() {
    return file(PAGE);
  }

  @Hidden
  @NeedsNoKey("the page itself tells nothing; its requests carry their user's key")
  @Get("/console/{file}")
  @Produces(MediaType.ALL)
  HttpResponse<?> file(String file) {
    byte @Nullable [] content = contents.get(file);
    if (content == null) {
      return problems.of(
          Problem.of(ProblemType.NOT_FOUND, "the console has no such file; it is at /"));
    }
    return HttpResponse.ok(content).contentType(type(file));
  }

  private static MediaType type(String file) {
    String ending = file.substring(file.lastIndexOf('.') + 1);
    return switch (ending) {
      case "html" -> MediaType.of("text/html; charset=utf-8");
      case "css" -> MediaType.of("text/css; charset=utf-8");
      default -> MediaType.of("text/javascript; charset=utf-8");
    };
  }

  private static byte[] read(ResourceLoader resources, String path) {
    try (InputStream stream =
        resources
            .getResourceAsStream(path)
            .orElseThrow(
                () -> new IllegalStateException(path + " is not on the class path; rebuild"))) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + path, e);
    }
  }
}
