package dev.hstu.retrieval.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/// Refuses compressed bodies before they are read. The bounds on bodies count what arrives, and a
/// few kilobytes of it could be gigabytes unpacked.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class ContentEncodingFilter {

  /// Marks a request whose body is compressed; one that a client marks is refused as well.
  private static final String COMPRESSED = "x-hstu-compressed";

  private final ProblemResponses problems;

  ContentEncodingFilter(ProblemResponses problems) {
    this.problems = problems;
  }

  /// @return the refusal; null lets the request pass
  @RequestFilter
  @Nullable HttpResponse<?> check(HttpRequest<?> request) {
    if (!request.getHeaders().contains(COMPRESSED)) {
      return null;
    }
    return problems.of(
        Problem.of(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            "a body with Content-Encoding is not unpacked here; send it as it is"));
  }

  /// Marks compressed requests on the connection and takes the header from them, by which the
  /// server would begin to unpack the body before any filter has a say.
  @Sharable
  static final class Marker extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof io.netty.handler.codec.http.HttpRequest request) {
        mark(request.headers());
      }
      context.fireChannelRead(message);
    }

    private static void mark(HttpHeaders headers) {
      @Nullable String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
      if (encoding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(encoding)) {
        headers.remove(HttpHeaderNames.CONTENT_ENCODING);
        headers.set(COMPRESSED, "1");
      }
    }
  }
}
