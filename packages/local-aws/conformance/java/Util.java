import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.lang.StringEscapeUtils;

/** $util, as AWS documents it in "Utility helpers in $util", and no further. What depends on chance is left out. */
public final class Util {
  private final Map<String, Object> info;
  private final List<Object> appended;
  private final UtilTime time;
  private final UtilDynamodb dynamodb = new UtilDynamodb();
  private final UtilCollections.Lists list = new UtilCollections.Lists();
  private final UtilCollections.Maps map = new UtilCollections.Maps();

  Util(Map<String, Object> info, List<Object> appended, long now) {
    this.info = info;
    this.appended = appended;
    this.time = new UtilTime(now);
  }

  public UtilTime getTime() {
    return time;
  }

  public UtilDynamodb getDynamodb() {
    return dynamodb;
  }

  public UtilCollections.Lists getList() {
    return list;
  }

  public UtilCollections.Maps getMap() {
    return map;
  }

  public String qr(Object ignored) {
    return "";
  }

  public String quiet(Object ignored) {
    return "";
  }

  public void error(String message) {
    error(message, null, null, null);
  }

  public void error(String message, String type) {
    error(message, type, null, null);
  }

  public void error(String message, String type, Object data) {
    error(message, type, data, null);
  }

  public void error(String message, String type, Object data, Object errorInfo) {
    throw new Signals.Raised(details(message, type, data, errorInfo));
  }

  public String appendError(String message) {
    return appendError(message, null, null, null);
  }

  public String appendError(String message, String type) {
    return appendError(message, type, null, null);
  }

  public String appendError(String message, String type, Object data) {
    return appendError(message, type, data, null);
  }

  public String appendError(String message, String type, Object data, Object errorInfo) {
    appended.add(details(message, type, data, errorInfo));
    return "";
  }

  public String validate(boolean holds, String message) {
    return validate(holds, message, null, null);
  }

  public String validate(boolean holds, String message, String type) {
    return validate(holds, message, type, null);
  }

  public String validate(boolean holds, String message, String type, Object data) {
    if (!holds) {
      error(message, type == null ? "CustomTemplateException" : type, data, null);
    }
    return "";
  }

  public void unauthorized() {
    String message =
        "Not Authorized to access " + info.get("fieldName") + " on type " + info.get("parentTypeName");
    error(message, "Unauthorized", null, null);
  }

  private static Map<String, Object> details(String message, String type, Object data, Object errorInfo) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("message", message);
    details.put("errorType", type);
    // What is given is written at once: later changes do not show.
    details.put("data", Json.parse(Json.write(data)));
    details.put("errorInfo", Json.parse(Json.write(errorInfo)));
    return details;
  }

  public boolean isNull(Object value) {
    return value == null;
  }

  public boolean isNullOrEmpty(String value) {
    return value == null || value.isEmpty();
  }

  public boolean isNullOrBlank(String value) {
    return value == null || value.trim().isEmpty();
  }

  public Object defaultIfNull(Object value, Object otherwise) {
    return value == null ? otherwise : value;
  }

  public Object defaultIfNullOrEmpty(String value, Object otherwise) {
    return isNullOrEmpty(value) ? otherwise : value;
  }

  public Object defaultIfNullOrBlank(String value, Object otherwise) {
    return isNullOrBlank(value) ? otherwise : value;
  }

  public boolean isString(Object value) {
    return value instanceof String;
  }

  public boolean isNumber(Object value) {
    return value instanceof Number;
  }

  public boolean isBoolean(Object value) {
    return value instanceof Boolean;
  }

  public boolean isList(Object value) {
    return value instanceof List;
  }

  public boolean isMap(Object value) {
    return value instanceof Map;
  }

  public String typeOf(Object value) {
    if (value == null) {
      return "Null";
    }
    if (value instanceof Number) {
      return "Number";
    }
    if (value instanceof Map) {
      return "Map";
    }
    return value instanceof Collection ? "List" : value.getClass().getSimpleName();
  }

  public boolean matches(String pattern, String value) {
    return Pattern.compile(pattern).matcher(value).find();
  }

  public String toJson(Object value) {
    return Json.writeReadable(value);
  }

  public Object parseJson(String text) {
    return Json.parse(text);
  }

  public String escapeJavaScript(String text) {
    return StringEscapeUtils.escapeJavaScript(text);
  }

  public String urlEncode(String text) throws Exception {
    return URLEncoder.encode(text, "UTF-8");
  }

  public String urlDecode(String text) throws Exception {
    return URLDecoder.decode(text, "UTF-8");
  }

  public String base64Encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  public String base64Decode(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }
}
