import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** $util.time, at a moment that the request names. */
public final class UtilTime {
  private static final DateTimeFormatter format =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private final long now;

  UtilTime(long now) {
    this.now = now;
  }

  public String nowISO8601() {
    return epochMilliSecondsToISO8601(now);
  }

  public long nowEpochMilliSeconds() {
    return now;
  }

  public long nowEpochSeconds() {
    return epochMilliSecondsToSeconds(now);
  }

  public long epochMilliSecondsToSeconds(long milliseconds) {
    return Math.floorDiv(milliseconds, 1000L);
  }

  public String epochMilliSecondsToISO8601(long milliseconds) {
    return format.format(Instant.ofEpochMilli(milliseconds));
  }

  public long parseISO8601ToEpochMilliSeconds(String text) {
    return Instant.parse(text).toEpochMilli();
  }
}
