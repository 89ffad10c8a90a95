using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Criterion.Training;

/// <summary>
/// The options that the properties of one kind of <see cref="TrainingOptions"/> declare: its own, those that several kinds share, and
/// those of every training.
/// </summary>
public sealed class TrainingOptionList : IReadOnlyList<TrainingOption>
{
    readonly TrainingOption[] _options;

    TrainingOptionList(TrainingOption[] options) => _options = options;

    /// <inheritdoc/>
    public int Count => _options.Length;

    /// <inheritdoc/>
    public TrainingOption this[int index] => _options[index];

    /// <summary>Gets the option of a property.</summary>
    /// <param name="property">The name of the property.</param>
    public TrainingOption this[string property] => _options.First(option => option.Property == property);

    /// <inheritdoc/>
    public IEnumerator<TrainingOption> GetEnumerator() => ((IEnumerable<TrainingOption>)_options).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Collects the options that the properties of a type declare.</summary>
    internal static TrainingOptionList Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>()
        where TOptions : TrainingOptions => new(
        [
            .. from property in typeof(TOptions).GetProperties()
               let declaration = property.GetCustomAttribute<TrainingOptionAttribute>()
               where declaration is not null
               orderby Depth(property.DeclaringType!) descending, declaration.Line
               select new TrainingOption(property, declaration),
        ]);

    static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;
}
