package dev.hstu.retrieval.http;

import dev.hstu.retrieval.report.HtmlPage;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// `GET /errors`: what every kind of problem means and what to do about it. The `type` of a problem
/// points into this page; `ERRORS.md` is written from the same [ProblemType]s.
@Controller(ProblemType.PAGE)
@Tag(name = "operation")
final class ErrorsController {

  private static final String STYLE = "/style.css";
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private final byte[] page = page().getBytes(StandardCharsets.UTF_8);
  private final byte[] style = HtmlPage.style().getBytes(StandardCharsets.UTF_8);

  @NeedsNoKey("what errors mean is no secret")
  @Get
  @Produces("text/html; charset=utf-8")
  @Operation(operationId = "errors", summary = "What every kind of error means, as a page")
  byte[] errors() {
    return page;
  }

  @Hidden
  @NeedsNoKey("the page's style is no secret")
  @Get(STYLE)
  @Produces(MediaType.TEXT_CSS)
  byte[] style() {
    return style;
  }

  private static String page() {
    HtmlPage page =
        HtmlPage.served("HSTU Retrieval: errors", "Errors of the service", ProblemType.PAGE + STYLE)
            .paragraph(
                "Every error is answered as application/problem+json (RFC 9457) with type, title,"
                    + " status, detail and, where a value of the request body is at fault, field: a"
                    + " JSON Pointer to it. Tell errors apart by type, which points to one of the"
                    + " sections below and never changes.");
    for (ProblemType type : ProblemType.values()) {
      int status = type.status().getCode();
      Map<String, String> facts = new LinkedHashMap<>();
      facts.put("type", type.uri());
      facts.put("status", status + " " + type.status().getReason());
      facts.put("what to do", type.remedy().replace("`", ""));
      if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
        facts.put("passes by itself", "the answer carries Retry-After, in seconds");
      }
      page.section(type.slug(), type.title()).facts(facts);
    }
    return page.render();
  }
}
