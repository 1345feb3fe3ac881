package dev.hstu.retrieval.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.AsciiString;

/// Headers that tell a browser to do nothing with an answer but what it is for. A page may load
/// scripts, styles and data from this server and from nowhere else, and none that stand inside it;
/// any other answer may load nothing.
@Sharable
final class SecurityHeaders extends ChannelOutboundHandlerAdapter {

  private static final AsciiString NOTHING =
      AsciiString.cached("default-src 'none'; frame-ancestors 'none'");
  private static final AsciiString OWN_ONLY =
      AsciiString.cached(
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src"
              + " 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
              + " 'none'");
  private static final AsciiString CONTENT_TYPE_OPTIONS =
      AsciiString.cached("x-content-type-options");
  private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");
  private static final AsciiString DENY = AsciiString.cached("DENY");
  private static final AsciiString NO_REFERRER = AsciiString.cached("no-referrer");
  private static final AsciiString REFERRER_POLICY = AsciiString.cached("referrer-policy");
  private static final AsciiString RESOURCE_POLICY =
      AsciiString.cached("cross-origin-resource-policy");
  private static final AsciiString SAME_ORIGIN = AsciiString.cached("same-origin");
  private static final AsciiString NO_STORE = AsciiString.cached("no-store");
  private static final AsciiString TRANSPORT_SECURITY =
      AsciiString.cached("strict-transport-security");
  private static final AsciiString ONE_YEAR = AsciiString.cached("max-age=31536000");

  private final boolean tls;

  /// @param tls whether the answers travel by HTTPS, which browsers are then told to stay with
  SecurityHeaders(boolean tls) {
    this.tls = tls;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response
        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
      add(response.headers());
    }
    context.write(message, promise);
  }

  private void add(HttpHeaders headers) {
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    boolean page = type != null && type.startsWith("text/html");
    headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, page ? OWN_ONLY : NOTHING);
    headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.set(HttpHeaderNames.X_FRAME_OPTIONS, DENY);
    headers.set(REFERRER_POLICY, NO_REFERRER);
    headers.set(RESOURCE_POLICY, SAME_ORIGIN);
    if (!headers.contains(HttpHeaderNames.CACHE_CONTROL)) {
      headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE);
    }
    if (tls) {
      headers.set(TRANSPORT_SECURITY, ONE_YEAR);
    }
  }
}
