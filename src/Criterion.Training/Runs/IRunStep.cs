namespace Criterion.Training;

/// <summary>What one step of a training did: a row of <c>losses.csv</c>.</summary>
public interface IRunStep
{
    /// <summary>The names of the columns.</summary>
    static abstract string Header { get; }

    /// <summary>The number of the step, from 1.</summary>
    long Step { get; }

    /// <summary>The row, in the order of the header.</summary>
    string ToCsv();

    /// <summary>The row for someone who watches.</summary>
    string Describe();
}
