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

/// `GET /openapi.yml`: the contract, generated from the routes when they are compiled.
@Controller
@Tag(name = "operation")
final class OpenApiController {

  private static final String DOCUMENT = "META-INF/swagger/hstu-retrieval.yml";

  private final byte[] document;

  OpenApiController(ResourceLoader resources) {
    document = read(resources);
  }

  @NeedsNoKey("the contract is no secret")
  @Get("/openapi.yml")
  @Produces("application/yaml")
  @Operation(operationId = "openapi", summary = "This contract")
  byte[] openApi() {
    return document;
  }

  private static byte[] read(ResourceLoader resources) {
    try (InputStream stream =
        resources
            .getResourceAsStream(DOCUMENT)
            .orElseThrow(
                () -> new IllegalStateException(DOCUMENT + " is not on the class path; rebuild"))) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + DOCUMENT, e);
    }
  }
}
