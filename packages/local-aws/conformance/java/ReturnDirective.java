import java.io.Writer;
import org.apache.velocity.context.InternalContextAdapter;
import org.apache.velocity.runtime.directive.Directive;
import org.apache.velocity.runtime.parser.node.Node;

/** AppSync's own directive, as its documentation has it: #return ends the template with null, #return(value) with the value. */
public final class ReturnDirective extends Directive {
  @Override
  public String getName() {
    return "return";
  }

  @Override
  public int getType() {
    return LINE;
  }

  @Override
  public boolean render(InternalContextAdapter context, Writer writer, Node node) {
    Object value = node.jjtGetNumChildren() == 0 ? null : node.jjtGetChild(0).value(context);
    throw new Signals.Returned(value);
  }
}
