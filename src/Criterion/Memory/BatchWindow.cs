namespace Criterion.Memory;

/// <summary>
/// The rows of a batch that a thread computes separately. Random numbers for these rows are those that the whole batch would have
/// drawn for them: every part draws from where the first one began.
/// </summary>
/// <param name="first">The first row.</param>
/// <param name="count">The number of rows.</param>
/// <param name="total">The rows of the batch.</param>
/// <param name="draws">The draws of the first part, which the other parts repeat.</param>
internal sealed class BatchWindow(int first, int count, int total, BatchDraws draws)
{
    int _drawn;

    /// <summary>Records the position of a stream that is about to be drawn from.</summary>
    public void BeforeDraw(object stream, ulong position) => draws.Starts.TryAdd(stream, position);

    /// <summary>
    /// Returns the elements that the whole batch draws where its part draws a tensor, and how many of them are before those of the part. A
    /// tensor without a row for each of the part is drawn as it is.
    /// </summary>
    /// <param name="rows">The size of the first dimension.</param>
    /// <param name="elements">The number of elements.</param>
    public (long Before, long Total) Elements(int rows, int elements)
    {
        bool isOfRows = draws.IsOfRows(_drawn++, rows == count) && rows == count;
        long each = isOfRows ? elements / rows : 0;
        return isOfRows ? (each * first, each * total) : (0, elements);
    }
}

/// <summary>The draws of random tensors while a batch is computed in parts.</summary>
internal sealed class BatchDraws
{
    readonly List<bool> _isOfRows = [];

    /// <summary>The position of each stream before its first draw.</summary>
    public Dictionary<object, ulong> Starts { get; } = [];

    /// <summary>
    /// Returns whether a tensor has a row for each of the batch. The first part decides: in a last part of one row, every tensor whose
    /// first dimension is 1 would seem to have.
    /// </summary>
    /// <param name="number">The number of the draw within its part.</param>
    /// <param name="seems">Whether the first dimension is the number of rows of the part.</param>
    public bool IsOfRows(int number, bool seems)
    {
        if (number == _isOfRows.Count)
        {
            _isOfRows.Add(seems);
        }

        return _isOfRows[number];
    }
}
