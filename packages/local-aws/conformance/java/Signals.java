import java.util.Map;

/** What ends a template before its last character. */
final class Signals {
  static final class Returned extends RuntimeException {
    final transient Object value;

    Returned(Object value) {
      this.value = value;
    }
  }

  static final class Raised extends RuntimeException {
    final transient Map<String, Object> details;

    Raised(Map<String, Object> details) {
      this.details = details;
    }
  }

  private Signals() {}
}
