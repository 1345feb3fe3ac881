package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.ConnectionSettings;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Closes a connection whose request doesn't arrive: one that sends a byte now and then is never
/// idle. Only the time in which the server waits to read counts, since a body is read no faster
/// than it is worked off, and each `uploadBytesPerSecond` of it buy a second more.
///
/// Stands before the HTTP codec and sees bytes; [#ends] stands behind it and sees where a request
/// ends. A request that arrives in one piece costs no timer. Used by its event loop only.
final class RequestArrival extends ChannelDuplexHandler {

  private final ConnectionSettings settings;

  /// Whether part of a request is here and part isn't.
  private boolean unfinished;

  private long arrivedBytes;
  private long waitedNanos;

  /// When the server began to wait for bytes; 0 while it doesn't.
  private long waitingSince;

  private @Nullable ScheduledFuture<?> timer;

  RequestArrival(ConnectionSettings settings) {
    this.settings = settings;
  }

  /// The handler behind the codec.
  ChannelInboundHandlerAdapter ends() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof LastHttpContent) {
          finished();
        } else if (message instanceof HttpRequest) {
          unfinished = true;
        }
        context.fireChannelRead(message);
      }
    };
  }

  @Override
  public void read(ChannelHandlerContext context) {
    if (waitingSince == 0) {
      waitingSince = System.nanoTime();
    }
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (unfinished && waitingSince != 0) {
      waitedNanos += System.nanoTime() - waitingSince;
    }
    waitingSince = 0;
    unfinished = true;
    arrivedBytes += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    context.fireChannelRead(message);
    if (unfinished && timer == null) {
      schedule(context, allowedNanos());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    finished();
    context.fireChannelInactive();
  }

  private void finished() {
    unfinished = false;
    arrivedBytes = 0;
    waitedNanos = 0;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void schedule(ChannelHandlerContext context, long nanos) {
    timer = context.executor().schedule(() -> look(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext context) {
    timer = null;
    long waited = waitedNanos + (waitingSince == 0 ? 0 : System.nanoTime() - waitingSince);
    long left = allowedNanos() - waited;
    if (left <= 0) {
      context.close();
    } else {
      schedule(context, left);
    }
  }

  private long allowedNanos() {
    return TimeUnit.SECONDS.toNanos(
        settings.requestSeconds() + arrivedBytes / settings.uploadBytesPerSecond());
  }
}
