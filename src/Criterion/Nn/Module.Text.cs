using System.Globalization;
using System.Text;

namespace Criterion.Nn;

public abstract partial class Module
{
    /// <summary>
    /// Gets the options that <see cref="ToString"/> prints in parentheses after the type, such as <c>3, 64, kernel: 3</c>. Default: none.
    /// </summary>
    protected virtual string Description => "";

    /// <summary>
    /// Formats the tree of modules, as PyTorch does: each child with its name, type and options, the shapes of its parameters, and the
    /// number of learned values, in which a shared parameter counts once. The same in every culture.
    /// </summary>
    public override string ToString() => Write(new StringBuilder(), indent: 0).ToString();

    StringBuilder Write(StringBuilder text, int indent)
    {
        text.Append(GetType().Name.Split('`')[0]).Append('(').Append(Description);
        if (_children.Count == 0)
        {
            text.Append(')');
            foreach ((string name, Tensor value) in _parameters)
            {
                WriteParameter(text.Append(", "), name, value);
            }
        }
        else
        {
            WriteMembers(text, indent + 2);
            text.Append(' ', indent).Append(')');
        }

        long count = ParameterCount;
        return count == 0
            ? text
            : text.Append(CultureInfo.InvariantCulture, $": {count:N0} parameter{(count == 1 ? "" : "s")}");
    }

    void WriteMembers(StringBuilder text, int indent)
    {
        text.Append('\n');
        foreach ((string name, Tensor value) in _parameters)
        {
            WriteParameter(text.Append(' ', indent), name, value).Append('\n');
        }

        foreach ((string name, Module child) in _children)
        {
            child.Write(text.Append(' ', indent).Append('(').Append(name).Append("): "), indent).Append('\n');
        }
    }

    static StringBuilder WriteParameter(StringBuilder text, string name, Tensor value)
    {
        text.Append(name).Append(' ').Append(value.Shape);
        return value.DType == DType.Float32 ? text : text.Append(' ').Append(value.DType);
    }
}
