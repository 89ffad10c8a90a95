using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>A loss, an objective or a penalty as the catalogue shows it; all of it is read from the type.</summary>
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

    /// <summary>The name on a command line, such as <c>bce-with-logits</c>.</summary>
    public string Name { get; }

    public CatalogueAttribute About { get; }

    /// <summary>Gets the options that a text can give.</summary>
    public IReadOnlyList<CatalogueOption> Options => _options ??= CatalogueOption.Of(Type);

    /// <summary>The ways to evaluate it on tensors.</summary>
    public IReadOnlyList<CatalogueCall> Calls => _calls ??= CatalogueCall.Of(Type);

    public string Summary => XmlDocumentation.Of(Type).Summary;

    public string Remarks => XmlDocumentation.Of(Type).Remarks;

    /// <summary>The criterion with some options set, by their names and values as texts.</summary>
    /// <exception cref="ToolException">An option is unknown, or a value is none for it.</exception>
    public ICriterion Create(IReadOnlyDictionary<string, string>? settings = null)
    {
        settings ??= new Dictionary<string, string>();
        foreach (string name in settings.Keys)
        {
            if (!Options.Any(option => option.Name == name))
            {
                throw new ToolException(
                    $"{Name} has no option '{name}'.{Mistakes.Suggest(name, Options.Select(static option => option.Name))} See: criterion losses {Name}");
            }
        }

        return (ICriterion)CatalogueOption.Construct(Type, Options, settings);
    }
}
