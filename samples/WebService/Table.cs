using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace WebService;

/// <summary>Rows and the value of each: a network is fitted to them while the client waits.</summary>
public sealed record Table(float[][] Rows, float[] Values, int Steps = 500)
{
    /// <summary>Fits a network; stops between two steps when the client disconnects.</summary>
    /// <returns>The fitted values.</returns>
    public float[] Fit(CancellationToken cancel)
    {
        if (Rows is not { Length: > 0 } || Rows[0].Length == 0 || Rows.Length != Values?.Length)
        {
            throw new ShapeException("Table: rows and values must be equally many, and not empty. Send a value for each row.");
        }

        Tensor x = Tensor.From(Rows), y = Tensor.From(Values).Unsqueeze(1);
        var model = new Sequential(new Linear(x.Shape[1], 16), new Tanh(), new Linear(16, 1));
        var optimizer = new Adam(model.Parameters(), learningRate: 0.01);
        for (int step = 0; step < Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            Tensor loss = new MSELoss().Forward(model.Forward(x), y);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }

        return model.Forward(x).ToArray<float>();
    }
}
