package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.ConnectionSettings;
import dev.hstu.retrieval.config.TlsSettings;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What holds for every connection, below the routes and so for answers of the server's own too:
/// how many there may be, how slow a client may be ([RequestArrival]), that bodies aren't
/// compressed ([ContentEncodingFilter]), and the headers of every answer ([SecurityHeaders]).
@Singleton
final class ConnectionRules implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {

  private final ConnectionSettings settings;
  private final SecurityHeaders headers;
  private final ContentEncodingFilter.Marker compressed = new ContentEncodingFilter.Marker();
  private final AtomicInteger open = new AtomicInteger();

  ConnectionRules(ConnectionSettings settings, TlsSettings tls) {
    this.settings = settings;
    this.headers = new SecurityHeaders(tls.keyStore().isPresent());
  }

  /// Connections open now.
  int open() {
    return open.get();
  }

  @Override
  public NettyServerCustomizer.Registry onCreated(
      BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
    event.getBean().register(new OfChannel(null));
    return event.getBean();
  }

  private final class OfChannel implements NettyServerCustomizer {

    private final @Nullable Channel channel;

    OfChannel(@Nullable Channel channel) {
      this.channel = channel;
    }

    @Override
    public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
      return role == ChannelRole.CONNECTION ? new OfChannel(channel) : this;
    }

    @Override
    public void onInitialPipelineBuilt() {
      if (channel == null) {
        return;
      }
      channel.closeFuture().addListener(_ -> open.decrementAndGet());
      if (open.incrementAndGet() > settings.max()) {
        channel.close();
      }
    }

    @Override
    public void onStreamPipelineBuilt() {
      if (channel == null) {
        return;
      }
      ChannelPipeline pipeline = channel.pipeline();
      String codec = ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC;
      if (pipeline.get(codec) != null) {
        RequestArrival arrival = new RequestArrival(settings);
        pipeline.addBefore(codec, "request-arrival", arrival);
        pipeline.addAfter(codec, "security-headers", headers);
        pipeline.addAfter(codec, "compressed-bodies", compressed);
        pipeline.addAfter(codec, "request-ends", arrival.ends());
      }
    }
  }
}
