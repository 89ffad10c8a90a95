namespace Criterion;

/// <summary>A height and a width: of a kernel, a stride, a padding or an image. A single number sets both.</summary>
public readonly record struct Size2
{
    /// <summary>Initializes the size.</summary>
    /// <param name="height">The size along the last dimension but one.</param>
    /// <param name="width">The size along the last dimension.</param>
    public Size2(int height, int width) => (Height, Width) = (height, width);

    /// <summary><inheritdoc cref="Size2(int, int)" path="/param[@name='height']/node()"/></summary>
    public int Height { get; init; }

    /// <summary><inheritdoc cref="Size2(int, int)" path="/param[@name='width']/node()"/></summary>
    public int Width { get; init; }

    /// <summary>Converts a number to equal height and width.</summary>
    public static implicit operator Size2(int both) => new(both, both);

    /// <summary>Converts a height and a width.</summary>
    public static implicit operator Size2((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>Formats the size as <c>height×width</c>.</summary>
    public override string ToString() => $"{Height}×{Width}";

    internal void CheckAtLeast(int least, string operation, string name)
    {
        if (Height < least || Width < least)
        {
            throw new ArgumentOutOfRangeException(name, $"{operation}: {name} must be at least {least}, and is {this}.");
        }
    }
}
