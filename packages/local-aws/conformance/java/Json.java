import java.lang.reflect.Array;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON with the classes that Jackson gives: Integer, Long or BigInteger, and Double. */
final class Json {
  private final String text;
  private int position;

  private Json(String text) {
    this.text = text;
  }

  static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.space();
    if (json.position < text.length()) {
      throw new IllegalArgumentException("more than one value");
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private void space() {
    while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
  }

  private char peek() {
    space();
    if (position >= text.length()) {
      throw new IllegalArgumentException("the text ends");
    }
    return text.charAt(position);
  }

  private void expect(String expected) {
    space();
    if (!text.startsWith(expected, position)) {
      throw new IllegalArgumentException("expected " + expected);
    }
    position += expected.length();
  }

  private boolean take(String expected) {
    space();
    boolean found = text.startsWith(expected, position);
    if (found) {
      position += expected.length();
    }
    return found;
  }

  private Object value() {
    switch (peek()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        expect("true");
        return true;
      case 'f':
        expect("false");
        return false;
      case 'n':
        expect("null");
        return null;
      default:
        return number();
    }
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    expect("{");
    if (take("}")) {
      return members;
    }
    do {
      peek();
      String key = string();
      expect(":");
      members.put(key, value());
    } while (take(","));
    expect("}");
    return members;
  }

  private List<Object> array() {
    List<Object> items = new ArrayList<>();
    expect("[");
    if (take("]")) {
      return items;
    }
    do {
      items.add(value());
    } while (take(","));
    expect("]");
    return items;
  }

  private Object number() {
    int start = position;
    while (position < text.length() && "+-.eE0123456789".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
    String digits = text.substring(start, position);
    if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw new IllegalArgumentException("no number: " + digits);
    }
    if (digits.matches(".*[.eE].*")) {
      return Double.valueOf(digits);
    }
    BigInteger exact = new BigInteger(digits);
    if (exact.bitLength() < 32) {
      return exact.intValue();
    }
    return exact.bitLength() < 64 ? (Object) exact.longValue() : exact;
  }

  private String string() {
    StringBuilder characters = new StringBuilder();
    expect("\"");
    for (char next = text.charAt(position++); next != '"'; next = text.charAt(position++)) {
      if (next < ' ') {
        throw new IllegalArgumentException("a control character");
      }
      characters.append(next == '\\' ? escaped() : next);
    }
    return characters.toString();
  }

  private char escaped() {
    char kind = text.charAt(position++);
    if (kind == 'u') {
      position += 4;
      return (char) Integer.parseInt(text.substring(position - 4, position), 16);
    }
    int index = "bfnrt\"\\/".indexOf(kind);
    if (index < 0) {
      throw new IllegalArgumentException("no escape: " + kind);
    }
    return "\b\f\n\r\t\"\\/".charAt(index);
  }

  /** Written in ASCII, so that no encoding has a say. */
  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out, true);
    return out.toString();
  }

  /** $util.toJson: what JSON need not escape is not. */
  static String writeReadable(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out, false);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out, boolean ascii) {
    if (value == null || value instanceof Boolean || value instanceof Number) {
      out.append(value);
    } else if (value instanceof String || value instanceof Character) {
      writeString(value.toString(), out, ascii);
    } else if (value instanceof Map) {
      String separator = "{";
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        out.append(separator);
        writeString((String) entry.getKey(), out, ascii);
        out.append(':');
        write(entry.getValue(), out, ascii);
        separator = ",";
      }
      out.append(separator.equals("{") ? "{}" : "}");
    } else {
      String separator = "[";
      for (Object item : items(value)) {
        out.append(separator);
        write(item, out, ascii);
        separator = ",";
      }
      out.append(separator.equals("[") ? "[]" : "]");
    }
  }

  private static Collection<?> items(Object value) {
    if (value instanceof Collection) {
      return (Collection<?>) value;
    }
    if (!value.getClass().isArray()) {
      throw new IllegalArgumentException("no JSON: " + value.getClass());
    }
    List<Object> items = new ArrayList<>();
    for (int index = 0; index < Array.getLength(value); index++) {
      items.add(Array.get(value, index));
    }
    return items;
  }

  private static void writeString(String text, StringBuilder out, boolean ascii) {
    out.append('"');
    for (int index = 0; index < text.length(); index++) {
      char next = text.charAt(index);
      int short_ = "\b\f\n\r\t\"\\".indexOf(next);
      if (short_ >= 0) {
        out.append('\\').append("bfnrt\"\\".charAt(short_));
      } else if (next < ' ' || (ascii && next > '~') || isUnpaired(text, index)) {
        out.append(String.format("\\u%04x", (int) next));
      } else {
        out.append(next);
      }
    }
    out.append('"');
  }

  private static boolean isUnpaired(String text, int index) {
    char next = text.charAt(index);
    if (Character.isHighSurrogate(next)) {
      return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(next)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }
}
