package dev.hstu.retrieval.http;

import io.micronaut.core.io.ResourceLoader;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// `GET /openapi.yml`: the contract, generated from the routes when they are compiled, with the
/// examples of [ContractExamples].
@Controller
@Tag(name = "operation")
final class OpenApiController {

  private static final String DOCUMENT = "META-INF/swagger/hstu-retrieval.yml";
  private static final String EXAMPLES = "openapi-examples.yml";

  private final byte[] document;

  OpenApiController(ResourceLoader resources) {
    document =
        ContractExamples.into(text(resources, DOCUMENT), text(resources, EXAMPLES))
            .getBytes(StandardCharsets.UTF_8);
  }

  @NeedsNoKey("the contract is no secret")
  @Get("/openapi.yml")
  @Produces("application/yaml")
  @Operation(operationId = "openapi", summary = "This contract")
  byte[] openApi() {
    return document;
  }

  private static String text(ResourceLoader resources, String name) {
    try (InputStream stream =
        resources
            .getResourceAsStream(name)
            .orElseThrow(
                () -> new IllegalStateException(name + " is not on the class path; rebuild"))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + name, e);
    }
  }
}
