using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Criterion.Training;

/// <summary>The columns of <c>losses.csv</c> for one kind of step, in the order in which its properties declare them.</summary>
public sealed class StepColumns : IReadOnlyList<StepColumnAttribute>
{
    readonly (StepColumnAttribute Declaration, PropertyInfo Property)[] _columns;

    StepColumns((StepColumnAttribute, PropertyInfo)[] columns) => _columns = columns;

    /// <summary>Gets the header: the names of the columns, separated by commas.</summary>
    public string Header => string.Join(',', _columns.Select(static column => column.Declaration.Name));

    /// <inheritdoc/>
    public int Count => _columns.Length;

    /// <inheritdoc/>
    public StepColumnAttribute this[int index] => _columns[index].Declaration;

    /// <summary>Collects the columns that the properties of a step declare.</summary>
    /// <typeparam name="TStep">The type of the step.</typeparam>
    public static StepColumns Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TStep>()
        where TStep : struct, IRunStep => new(
        [
            .. from property in typeof(TStep).GetProperties()
               let declaration = property.GetCustomAttribute<StepColumnAttribute>()
               where declaration is not null
               orderby declaration.Line
               select (declaration, property),
        ]);

    /// <summary>Returns the row of a step, in the order of the header.</summary>
    public string Row(IRunStep step) =>
        string.Join(',', _columns.Select(column => Cell(column.Declaration, column.Property.GetValue(step)!)));

    /// <summary>Returns the value of each column as a number, in the order of the header.</summary>
    internal IEnumerable<(StepColumnAttribute Column, double Value)> Values(IRunStep step) => _columns.Select(column =>
        (column.Declaration, Convert.ToDouble(column.Property.GetValue(step), CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    public IEnumerator<StepColumnAttribute> GetEnumerator() => _columns.Select(static column => column.Declaration).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns the step that reports a skipped one: NaN in every column of real numbers.</summary>
    internal TStep Skipped<TStep>()
        where TStep : struct, IRunStep => Create<TStep>(static (_, type) => type == typeof(double) ? double.NaN : 0);

    /// <summary>Reads steps back from the file that their rows were written to; columns that it lacks are NaN, or 0 for counts.</summary>
    internal IEnumerable<TStep> Read<TStep>(CsvTable table)
        where TStep : struct, IRunStep
    {
        Dictionary<string, double[]> columns = this.ToDictionary(static column => column.Name, column => table[column.Name]);
        return Enumerable.Range(0, table.Count).Select(row => Create<TStep>((column, _) => columns[column.Name][row]));
    }

    // The steps are structs: a boxed one can be set property by property.
    TStep Create<TStep>(Func<StepColumnAttribute, Type, double> value)
        where TStep : struct, IRunStep
    {
        object step = default(TStep);
        foreach ((StepColumnAttribute declaration, PropertyInfo property) in _columns)
        {
            double number = value(declaration, property.PropertyType);
            property.SetValue(step, property.PropertyType == typeof(long) ? double.IsFinite(number) ? (object)(long)number : 0L : number);
        }

        return (TStep)step;
    }

    static string Cell(StepColumnAttribute declaration, object value) => value is double number
        ? number.ToString(declaration.Format, CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
