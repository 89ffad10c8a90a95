using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>A loss, a GAN loss or a penalty of the catalogue, read from its type.</summary>
internal sealed class CatalogueEntry
{
    IReadOnlyList<CatalogueOption>? _options;
    IReadOnlyList<CatalogueCall>? _calls;

    public CatalogueEntry([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type)
    {
        Type = type;
        Name = LossName.Of(type);
        About = type.GetCustomAttribute<CatalogueAttribute>()!;
    }

    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)]
    public Type Type { get; }

    /// <summary>Gets the name on a command line, such as <c>bce-with-logits</c>.</summary>
    public string Name { get; }

    public CatalogueAttribute About { get; }

    /// <summary>Gets the options whose values can be given as text.</summary>
    public IReadOnlyList<CatalogueOption> Options => _options ??= CatalogueOption.Of(Type);

    /// <summary>Gets the methods that evaluate it on tensors.</summary>
    public IReadOnlyList<CatalogueCall> Calls => _calls ??= CatalogueCall.Of(Type);

    /// <summary>Gets the C# statements that create the loss and evaluate it.</summary>
    public IReadOnlyList<string> Code => CatalogueCode.Lines(this);

    public string Summary => XmlDocumentation.Of(Type).Summary;

    public string Remarks => XmlDocumentation.Of(Type).Remarks;

    /// <summary>Creates the loss with options given by name and text.</summary>
    /// <exception cref="ToolException">An option is unknown, or a value is invalid.</exception>
    public ICriterion Create(IReadOnlyDictionary<string, string>? settings = null)
    {
        settings ??= new Dictionary<string, string>();
        foreach (string name in settings.Keys)
        {
            if (!Options.Any(option => option.Name == name))
            {
                throw new ToolException(
                    $"{Name} has no option '{name}'.{Suggestion.For(name, Options.Select(static option => option.Name))} "
                    + $" See: criterion losses {Name}");
            }
        }

        return (ICriterion)CatalogueOption.Construct(Type, Options, settings);
    }
}
